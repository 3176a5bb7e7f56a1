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
    /** Of the bytes that are loaded and opened, by the AWS libraries for the most part. */
    private static final int INPUT_MULTIPLE = 1_000;

    private static final int FIXED_BYTES = 4 * 1024 * 1024;

    @FuzzTest(maxDuration = "3m")
    void aResultOrARefusal(byte[] envelope) {
        byte[] before = envelope.clone();
        long start = Allocations.ofAllThreads();
        @Nullable List<UserRecord> cold = open(envelope);
        @Nullable List<UserRecord> warm = open(envelope);
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

    private static @Nullable List<UserRecord> open(byte[] envelope) {
        try {
            FuzzKeys.DECRYPTOR.prefetch(List.of(KinesisRecord.of("customer-1", null, envelope)));
            return FuzzKeys.DECRYPTOR.decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }
}
