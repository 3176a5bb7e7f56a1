// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.internal.crypto.CompactReference.concat;
import static io.kinesisencryption.internal.crypto.CompactReference.u32;
import static io.kinesisencryption.internal.crypto.CompactReference.utf8;

import io.kinesisencryption.Samples;
import io.kinesisencryption.VectorJson;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;

/** COMPACT envelopes whose data key is encrypted under a raw AES key, the same bytes each time: nonces and data keys are digests of a name. */
public final class CompactSeeds {
    private static final byte[] NO_KEY = {};

    private CompactSeeds() {}

    /** An envelope for each set of flags, by a name; sealed for the stream orders, and the partition key customer-1 if bound. */
    public static Map<String, byte[]> envelopes(String namespace, String keyName, byte[] wrappingKey) {
        Map<String, String> pairs = Map.of("kinesis:stream-name", "orders", "tenant", "acme");
        Map<String, byte[]> envelopes = new LinkedHashMap<>();
        for (int flags = 0; flags < 8; flags++) {
            String name = "compact-flags-" + flags;
            byte[] payload = utf8("{\"order\":4711}");
            if ((flags & 1) != 0) {
                byte[] userRecord = concat(new byte[] {0x08, 0}, CompactPayloads.delimited(3, payload));
                payload = concat(
                        CompactPayloads.delimited(1, utf8("customer-1")),
                        CompactPayloads.delimited(3, userRecord),
                        CompactPayloads.delimited(3, userRecord));
            }
            if ((flags & 2) != 0) {
                payload = CompactPayloads.storedZstdFrame(payload);
            }
            envelopes.put(name, envelope(name, flags, payload, pairs, namespace, keyName, wrappingKey));
        }
        return envelopes;
    }

    /** An envelope by a holder of the key with a number of small pairs beside the stream's. */
    public static byte[] manyPairs(String namespace, String keyName, byte[] wrappingKey, int count) {
        Map<String, String> pairs = new HashMap<>(Map.of("kinesis:stream-name", "orders"));
        pairs.putAll(Samples.tinyPairs(count));
        return envelope("compact-many-pairs", 0, new byte[1], pairs, namespace, keyName, wrappingKey);
    }

    private static byte[] envelope(
            String name,
            int flags,
            byte[] payload,
            Map<String, String> pairs,
            String namespace,
            String keyName,
            byte[] wrappingKey) {
        byte[] dataKey = VectorJson.bytes(name + "/data key", 32);
        byte[] iv = VectorJson.bytes(name + "/iv", 12);
        byte[] keys = CompactReference.keys(List.of(new CompactReference.Entry(
                namespace,
                concat(utf8(keyName), u32(128), u32(iv.length), iv),
                wrapped(wrappingKey, iv, pairs, dataKey))));
        return CompactReference.seal(
                dataKey,
                flags,
                CompactReference.context(pairs),
                keys,
                (flags & 4) == 0 ? NO_KEY : utf8("customer-1"),
                VectorJson.bytes(name + "/nonce", 12),
                payload);
    }

    /** As the raw AES keyring does it: under the pairs of the key's context, encoded, without the length before them. */
    private static byte[] wrapped(byte[] wrappingKey, byte[] iv, Map<String, String> pairs, byte[] dataKey) {
        Map<String, String> context = new HashMap<>(pairs);
        context.put("kinesis:envelope", "compact-1");
        byte[] encoded = CompactReference.context(context);
        try {
            return CompactReference.gcm(
                    Cipher.ENCRYPT_MODE, wrappingKey, iv, Arrays.copyOfRange(encoded, 2, encoded.length), dataKey);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
