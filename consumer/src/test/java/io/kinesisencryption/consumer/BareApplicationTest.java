// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.nio.charset.StandardCharsets;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/** The application as it was, over plaintext. */
class BareApplicationTest extends ApplicationTest {
    @Override
    ShardRecordProcessorFactory factory(ShardRecordProcessorFactory application) {
        return application;
    }

    @Override
    byte[] stored(String data) {
        return data.getBytes(StandardCharsets.UTF_8);
    }
}
