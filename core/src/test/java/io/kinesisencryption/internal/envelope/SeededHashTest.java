// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.SeededRandom;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeededHashTest {
    private final SeededRandom random = SeededRandom.create();

    private static long hash(byte[]... parts) {
        long hash = 0;
        for (byte[] part : parts) {
            hash = SeededHash.add(hash, ByteBuffer.wrap(part));
        }
        return hash;
    }

    @Test
    void equalBytesHaveEqualHashesWhereverTheyLie() {
        byte[] bytes = random.bytes(61);
        ByteBuffer inside =
                ByteBuffer.allocate(100).position(7).put(bytes).flip().position(7);

        assertThat(SeededHash.add(0, inside)).as(random.toString()).isEqualTo(hash(bytes));
        assertThat(SeededHash.add(0, inside.asReadOnlyBuffer())).isEqualTo(hash(bytes));
        assertThat(inside.position()).isEqualTo(7);
    }

    @Test
    void everyByteMattersAndSoDoTheOrderAndTheEndsOfParts() {
        for (int sizeBytes = 0; sizeBytes < 40; sizeBytes++) {
            Set<Long> hashes = new HashSet<>();
            byte[] bytes = random.bytes(sizeBytes);
            hashes.add(hash(bytes));
            for (int i = 0; i < sizeBytes; i++) {
                bytes[i] ^= 1;
                hashes.add(hash(bytes));
                bytes[i] ^= 1;
            }
            hashes.add(hash(bytes, new byte[0]));
            hashes.add(hash(new byte[0], bytes));
            assertThat(hashes).as(random.toString()).hasSize(sizeBytes + (sizeBytes == 0 ? 2 : 3));
        }
        byte[] first = random.bytes(8);
        byte[] second = random.bytes(8);
        assertThat(hash(first, second)).as(random.toString()).isNotEqualTo(hash(second, first));
    }

    /** Anybody can make such bytes by the thousand. */
    @Test
    void bytesThatABufferHashesAlikeAreToldApart() {
        Set<Long> hashes = new HashSet<>();
        Set<Integer> ofBuffers = new HashSet<>();
        byte[] bytes = random.bytes(16);
        for (int i = 0; i < 4; i++) {
            bytes[0] = (byte) (31 * i - 60);
            bytes[1] = (byte) -i;
            hashes.add(hash(bytes));
            ofBuffers.add(ByteBuffer.wrap(bytes).hashCode());
        }
        assertThat(ofBuffers).as(random.toString()).hasSize(1);
        assertThat(hashes).as(random.toString()).hasSize(4);
    }
}
