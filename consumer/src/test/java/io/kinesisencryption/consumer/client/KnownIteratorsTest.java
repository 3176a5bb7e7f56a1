// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KnownIteratorsTest {
    private long now;
    private final KnownIterators iterators = new KnownIterators(() -> now);
    private final KinesisEncryption encryption = SealedStream.encryption(SealedStream.KEYRING);
    private final ShardReader reader =
            new ShardReader(encryption.decryptor(SealedStream.STREAM), SealedStream.SHARD, FailurePolicies.DEFAULTS);

    @AfterEach
    void close() {
        encryption.close();
    }

    @Test
    void aReaderThatGoesOnForEverHasTwoInMemory() {
        iterators.issued("0", reader);
        for (int i = 0; i < 10_000; i++) {
            assertThat(iterators.find(Integer.toString(i))).isSameAs(reader);
            iterators.advanced(Integer.toString(i), Integer.toString(i + 1), reader);
        }
        assertThat(iterators.size()).isEqualTo(2);
        assertThat(iterators.find("9999")).as("the one before may serve again").isSameAs(reader);
    }

    @Test
    void theEndOfAShardAndTheSameIteratorAgainChangeNothing() {
        iterators.issued("a", reader);
        iterators.advanced("a", null, reader);
        iterators.advanced("a", "a", reader);
        assertThat(iterators.find("a")).isSameAs(reader);
        assertThat(iterators.size()).isEqualTo(1);
    }

    @Test
    void whatWasNotUsedForTenMinutesIsForgotten() {
        iterators.issued("abandoned", reader);
        iterators.issued("used", reader);
        now += KnownIterators.KEPT_NANOS;
        assertThat(iterators.find("used")).isSameAs(reader);
        now += 1;
        iterators.issued("new", reader);

        assertThat(iterators.find("abandoned")).isNull();
        assertThat(iterators.find("used")).isSameAs(reader);
    }

    @Test
    void thereIsABoundAndTheOldestGoesFirst() {
        for (int i = 0; i <= KnownIterators.MAX_ITERATORS; i++) {
            iterators.issued(Integer.toString(i), reader);
        }
        assertThat(iterators.size()).isEqualTo(KnownIterators.MAX_ITERATORS);
        assertThat(iterators.find("0")).isNull();
        assertThat(iterators.find("1")).isSameAs(reader);
    }
}
