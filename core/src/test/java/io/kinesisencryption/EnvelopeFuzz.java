// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.internal.envelope.CompactEnvelope;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The readers of both envelope formats on bytes that a fuzzer makes up, without any key.
 *
 * @see EnvelopeFuzzTest the test of the ordinary build, on the inputs in this class's resources
 */
class EnvelopeFuzz {
    /** The smallest pair of a context takes 5 bytes, and some objects to hold it. */
    private static final int INPUT_MULTIPLE = 160;

    /** Some objects, and an error with its stack. */
    private static final int FIXED_BYTES = 64 * 1024;

    @FuzzTest(maxDuration = "2m")
    void aResultOrARefusal(byte[] bytes) {
        byte[] before = bytes.clone();
        @Nullable Object parsed = bounded(bytes, EnvelopeFuzz::parse);
        @Nullable EnvelopeInfo info = bounded(bytes, EnvelopeFuzz::info);

        assertThat(bytes).as("the input").isEqualTo(before);
        assertThat(info != null).as("both readers agree").isEqualTo(parsed != null);
        if (info != null) {
            checkAgainst(parsed, info, bytes);
        }
    }

    private static <T> T bounded(byte[] bytes, Function<byte[], T> reading) {
        long bound = (long) INPUT_MULTIPLE * bytes.length + FIXED_BYTES;
        return Allocations.bounded(Allocations::ofThisThread, bound, bytes.length, () -> reading.apply(bytes));
    }

    private static @Nullable Object parse(byte[] bytes) {
        try {
            if (CompactLayout.recognises(bytes)) {
                return CompactEnvelope.parse(bytes, CompactLayout.read(bytes));
            }
            return EncryptionSdkMessage.recognises(bytes) ? EncryptionSdkMessage.parse(bytes) : null;
        } catch (PlaintextRecordException e) {
            throw new AssertionError("What begins like an envelope is never plaintext", e);
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }

    private static @Nullable EnvelopeInfo info(byte[] bytes) {
        try {
            return EnvelopeInfo.read(bytes);
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }

    private static void checkAgainst(Object parsed, EnvelopeInfo info, byte[] bytes) {
        assertThat(info.wrappingKeys()).hasSizeBetween(1, 8);
        assertThat(info.payloadSizeBytes()).isNotNegative();
        assertThat((long) info.headerSizeBytes() + info.payloadSizeBytes()).isLessThan(bytes.length);
        if (parsed instanceof CompactEnvelope envelope) {
            CompactLayout layout = envelope.layout();
            assertThat(envelope.keySection().sizeBytes()).isEqualTo(layout.nonceOffset());
            assertThat(layout.flags() & ~CompactLayout.KNOWN_FLAGS).isZero();
            assertThat(layout.ciphertextOffset() + layout.payloadSizeBytes() + CompactLayout.TAG_BYTES)
                    .isEqualTo(bytes.length);
        }
    }
}
