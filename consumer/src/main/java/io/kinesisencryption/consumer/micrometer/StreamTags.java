// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import io.kinesisencryption.StreamIdentity;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;

/** The tags that tell streams apart, for a bounded number of them. Thread-safe. */
final class StreamTags {
    /** The streams that have meters of their own; what belongs to others is counted together. */
    static final int MAX_STREAMS = 100;

    private static final String NAME = "stream";

    /** No stream has this name. */
    private static final Tags OTHER_STREAMS = Tags.of(NAME, "(other)");

    private final ConcurrentHashMap<String, Tags> streams = new ConcurrentHashMap<>();

    /** What the meters of a stream carry. */
    Tags of(StreamIdentity stream) {
        Tags known = streams.get(stream.name());
        return known != null ? known : add(stream.name());
    }

    private synchronized Tags add(String stream) {
        return streams.size() < MAX_STREAMS
                ? streams.computeIfAbsent(stream, name -> Tags.of(NAME, name))
                : streams.getOrDefault(stream, OTHER_STREAMS);
    }
}
