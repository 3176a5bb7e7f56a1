// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class KinesisRecordTest {
    @Test
    void whatABufferHasLeftIsCopiedAndTheBufferStaysAsItIs() {
        byte[] bytes = {1, 2, 3, 4, 5};
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, 3).slice().asReadOnlyBuffer();
        buffer.position(1);

        KinesisRecord record = KinesisRecord.of("customer-1", buffer);
        bytes[2] = 99;

        assertThat(record.data()).containsExactly(3, 4);
        assertThat(record.partitionKey()).isEqualTo("customer-1");
        assertThat(record.explicitHashKey()).isNull();
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void aDirectBufferIsReadAsWell() {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(2).put((byte) 7).put((byte) 8).flip();
        assertThat(KinesisRecord.of(null, buffer).data()).containsExactly(7, 8);
    }
}
