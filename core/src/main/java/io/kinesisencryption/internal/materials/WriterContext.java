// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.envelope.UntrustedText;
import io.kinesisencryption.internal.text.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The encryption context that a writer binds to every record of a stream. It is constant for the stream, because a data key serves one context
 * only: a value of each record's own would cost a KMS call a record.
 */
public final class WriterContext {
    /** The largest context that is written, in bytes as the Encryption SDK lays it out. */
    public static final int MAX_SIZE_BYTES = 4096;

    /** The most pairs that are written: one less than a reader accepts, because a signature adds one. */
    public static final int MAX_PAIRS = EncryptionSdkMessage.MAX_CONTEXT_PAIRS - 1;

    /** Without punctuation and in lower case, because they come as partition-key, partitionKey and partition_key. */
    private static final Set<String> PER_RECORD_NAMES = Set.of(
            "partitionkey", "explicithashkey", "sequencenumber", "subsequencenumber", "shardid", "arrivaltimestamp");

    private WriterContext() {}

    /**
     * Checks the pairs that the user of this library adds.
     *
     * @param pairs any pairs
     * @return an immutable copy
     * @throws IllegalArgumentException if a key is empty, reserved or names something that differs from record to record, if a value is empty, or
     *     if there are more than {@value #MAX_PAIRS} pairs or they take more than {@value #MAX_SIZE_BYTES} bytes
     */
    public static Map<String, String> checkedUserPairs(Map<String, String> pairs) {
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            String key = pair.getKey();
            checkNotEmpty(pair);
            if (key.startsWith(ContextNames.RESERVED_PREFIX) || key.startsWith(ContextNames.SDK_PREFIX)) {
                throw new IllegalArgumentException(
                        "The encryption context key '%s' is reserved: keys that begin with '%s' or '%s' are written by the library"
                                .formatted(key, ContextNames.RESERVED_PREFIX, ContextNames.SDK_PREFIX));
            }
            if (PER_RECORD_NAMES.contains(key.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "The encryption context key '%s' names something that differs from record to record; the context must be constant for a stream, or every record would need a data key of its own"
                                .formatted(key));
            }
        }
        checkSize(pairs);
        return Map.copyOf(pairs);
    }

    /**
     * The context of every record of format 1 that is written to a stream: it says how to read the payload as well.
     *
     * @param streamName the stream's name
     * @param streamArn the stream's ARN where it is known
     * @param userPairs pairs that {@link #checkedUserPairs} accepted
     * @param shape how to read the payload
     * @return an immutable map
     * @throws IllegalArgumentException if all pairs together are more than {@value #MAX_PAIRS} or take more than {@value #MAX_SIZE_BYTES} bytes
     */
    public static Map<String, String> of(
            String streamName, @Nullable String streamArn, Map<String, String> userPairs, PayloadShape shape) {
        Map<String, String> pairs = new TreeMap<>(of(streamName, streamArn, userPairs));
        shape.addTo(pairs);
        checkSize(pairs);
        return Map.copyOf(pairs);
    }

    /**
     * The context of every record that is written to a stream.
     *
     * @param streamName the stream's name
     * @param streamArn the stream's ARN where it is known
     * @param userPairs pairs that {@link #checkedUserPairs} accepted
     * @return an immutable map
     * @throws IllegalArgumentException if all pairs together are more than {@value #MAX_PAIRS} or take more than {@value #MAX_SIZE_BYTES} bytes
     */
    public static Map<String, String> of(String streamName, @Nullable String streamArn, Map<String, String> userPairs) {
        Map<String, String> pairs = new TreeMap<>(userPairs);
        pairs.put(ContextNames.STREAM_NAME, streamName);
        if (streamArn != null) {
            pairs.put(ContextNames.STREAM_ARN, streamArn);
        }
        checkSize(pairs);
        return Map.copyOf(pairs);
    }

    static void checkNotEmpty(Map.Entry<String, String> pair) {
        if (pair.getKey().isEmpty()) {
            throw new IllegalArgumentException("An encryption context key is empty");
        }
        if (pair.getValue().isEmpty()) {
            throw new IllegalArgumentException(
                    "The value of the encryption context key '%s' is empty".formatted(pair.getKey()));
        }
        if (Utf8.encode(pair.getKey()) == null || Utf8.encode(pair.getValue()) == null) {
            throw new IllegalArgumentException(
                    "The encryption context key '%s' or its value holds half of a surrogate pair, which UTF-8 cannot express"
                            .formatted(UntrustedText.shown(pair.getKey())));
        }
    }

    private static void checkSize(Map<String, String> pairs) {
        if (pairs.size() > MAX_PAIRS) {
            throw new IllegalArgumentException(
                    "The encryption context has %d pairs, those of the library included; at most %d are written, because readers accept no more"
                            .formatted(pairs.size(), MAX_PAIRS));
        }
        int sizeBytes = 2;
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            sizeBytes += 4
                    + pair.getKey().getBytes(StandardCharsets.UTF_8).length
                    + pair.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (sizeBytes > MAX_SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "The encryption context takes %d bytes; at most %d are written, because every record carries them"
                            .formatted(sizeBytes, MAX_SIZE_BYTES));
        }
    }
}
