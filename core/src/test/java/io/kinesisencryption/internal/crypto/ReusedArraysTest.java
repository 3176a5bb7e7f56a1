// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReusedArraysTest {
    private static final int LARGEST_KEPT = 1 << 20;

    private final ReusedArrays arrays = new ReusedArrays();

    private byte[] taken(int size) {
        byte[] array = arrays.take(size);
        assertThat(array).hasSizeGreaterThanOrEqualTo(size).containsOnly(0);
        Arrays.fill(array, 0, size, (byte) 7);
        return array;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 65_535, 65_536, 65_537, LARGEST_KEPT - 1, LARGEST_KEPT, LARGEST_KEPT + 1, 10 << 20})
    void anArrayIsOverwrittenWhenItIsGivenBackAndServesAgainUnlessItIsLarge(int size) {
        byte[] array = taken(size);
        arrays.giveBack(array, size);

        assertThat(array).containsOnly(0);
        byte[] next = taken(size);
        assertThat(next == array).isEqualTo(size <= LARGEST_KEPT);
    }

    @Test
    void noArrayIsHadByTwoAtOnce() {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < 3 * ReusedArrays.CAPACITY; i++) {
            byte[] array = taken(100);
            assertThat(all).noneMatch(other -> other == array);
            all.add(array);
        }
        all.forEach(array -> arrays.giveBack(array, 100));

        List<byte[]> again = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            again.add(taken(100));
        }
        assertThat(again)
                .as("no more are kept")
                .filteredOn(array -> all.stream().anyMatch(other -> other == array))
                .hasSize(ReusedArrays.CAPACITY);
    }

    @Test
    void smallArraysMakeRoomForLargerOnes() {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < ReusedArrays.CAPACITY; i++) {
            all.add(taken(1));
        }
        all.forEach(array -> arrays.giveBack(array, 1));
        byte[] large = taken(500_000);
        arrays.giveBack(large, 500_000);

        assertThat(taken(500_000)).isSameAs(large);
    }
}
