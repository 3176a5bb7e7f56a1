// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole decryptor on bytes that a fuzzer makes up, with the key of the inputs that are kept. What is opened was sealed by a holder of the key, so
 * the payload readers are the business of {@link SealedPayloadFuzz}.
 *
 * @see EnvelopeFuzzTest the test of the ordinary build, on the inputs in this class's resources
 */
class DecryptorFuzz {
    /** The material providers library takes about 20 KiB for a pair of the context, and the smallest takes 6 bytes of it. */
    private static final int INPUT_MULTIPLE = 4_000;

    /** A key that is loaded takes 0.3 MiB, a signature that is verified as much again. */
    private static final int FIXED_BYTES = 1024 * 1024;

    @FuzzTest(maxDuration = "3m")
    void aResultOrARefusal(byte[] envelope) {
        byte[] before = envelope.clone();
        @Nullable
        List<UserRecord> cold = bounded(envelope, () -> {
            FuzzKeys.ENCRYPTION.discardAll();
            return open(envelope);
        });
        @Nullable List<UserRecord> warm = bounded(envelope, () -> open(envelope));

        assertThat(envelope).as("the input").isEqualTo(before);
        assertThat(cold == null).as("refused once is refused again").isEqualTo(warm == null);
        if (cold != null) {
            assertThat(cold).isNotEmpty();
        }
    }

    private static <T> T bounded(byte[] envelope, Supplier<T> reading) {
        long bound = (long) INPUT_MULTIPLE * envelope.length + FIXED_BYTES;
        return Allocations.bounded(Allocations::ofAllThreads, bound, envelope.length, reading);
    }

    private static @Nullable List<UserRecord> open(byte[] envelope) {
        try {
            FuzzKeys.DECRYPTOR.prefetch(List.of(KinesisRecord.of("customer-1", null, envelope)));
            return FuzzKeys.DECRYPTOR.decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }
}
