// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.List;
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

    /** Twice a key that is loaded, 0.3 MiB, and a digest or a signature. */
    private static final int FIXED_BYTES = 2 * 1024 * 1024;

    @FuzzTest(maxDuration = "3m")
    void aResultOrARefusal(byte[] envelope) {
        byte[] before = envelope.clone();
        RecordDecryptor decryptor = FuzzKeys.DECRYPTOR;
        long start = Allocations.ofAllThreads();
        @Nullable List<UserRecord> cold = open(decryptor, envelope);
        @Nullable List<UserRecord> warm = open(decryptor, envelope);
        long allocated = Allocations.ofAllThreads() - start;

        assertThat(allocated)
                .as("allocated for %d bytes", envelope.length)
                .isLessThan((long) INPUT_MULTIPLE * envelope.length + FIXED_BYTES);
        assertThat(envelope).as("the input").isEqualTo(before);
        assertThat(cold == null).as("refused once is refused again").isEqualTo(warm == null);
        if (cold != null) {
            assertThat(cold).isNotEmpty();
        }
    }

    private static @Nullable List<UserRecord> open(RecordDecryptor decryptor, byte[] envelope) {
        try {
            decryptor.prefetch(List.of(KinesisRecord.of("customer-1", null, envelope)));
            return decryptor.decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }
}
