// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.KinesisEncryption;
import org.junit.jupiter.api.AfterEach;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/** The same application behind the one line, over encrypted records. */
class WrappedApplicationTest extends ApplicationTest {
    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());

    @AfterEach
    void close() {
        encryption.close();
    }

    @Override
    ShardRecordProcessorFactory factory(ShardRecordProcessorFactory application) {
        return DecryptingShardRecordProcessorFactory.wrap(application, encryption);
    }

    @Override
    byte[] stored(String data) {
        return Records.seal(encryption, Records.ORDERS, data);
    }
}
