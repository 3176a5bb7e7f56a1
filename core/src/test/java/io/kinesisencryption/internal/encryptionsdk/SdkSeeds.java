// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.Samples;
import io.kinesisencryption.VectorJson;
import io.kinesisencryption.internal.encryptionsdk.SdkReference.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Encryption SDK messages that are no test vectors, the same bytes each time. */
public final class SdkSeeds {
    private SdkSeeds() {}

    /** A message by a holder of the key with a number of small pairs beside the stream's. */
    public static byte[] manyPairs(String namespace, String keyName, byte[] wrappingKey, int count) {
        Map<String, String> pairs = new HashMap<>(Map.of("kinesis:stream-name", "orders"));
        pairs.putAll(Samples.tinyPairs(count));
        Message message = new Message();
        message.dataKey = VectorJson.bytes("many pairs/data key", 32);
        message.messageId = VectorJson.bytes("many pairs/message id", 32);
        message.context = SdkReference.context(pairs);
        message.keys = SdkReference.keys(List.of(SdkReference.rawAesEntry(
                namespace, keyName, wrappingKey, VectorJson.bytes("many pairs/iv", 12), message.dataKey, pairs)));
        return message.of(new byte[1]).seal();
    }
}
