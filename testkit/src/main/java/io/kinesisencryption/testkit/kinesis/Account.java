// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.model.StreamMode;

/** The streams of one account in one region, and the ARNs there. Thread-safe. */
final class Account {
    private static final Pattern STREAM_NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");

    private final Clock clock;
    private final Region region;
    private final String accountId;
    private final boolean limitThroughput;
    private final ConcurrentSkipListMap<String, Stream> streams = new ConcurrentSkipListMap<>();
    private final AtomicLong incarnations = new AtomicLong();

    Account(Clock clock, Region region, String accountId, boolean limitThroughput) {
        this.clock = clock;
        this.region = region;
        this.accountId = accountId;
        this.limitThroughput = limitThroughput;
    }

    Clock clock() {
        return clock;
    }

    String id() {
        return accountId;
    }

    String streamArn(String name) {
        return streamArnPrefix() + name;
    }

    private String streamArnPrefix() {
        return "arn:" + region.metadata().partition().id() + ":kinesis:" + region.id() + ":" + accountId + ":stream/";
    }

    void create(String name, int shardCount, StreamMode mode, int maxRecordKiB) {
        requireName(name);
        Stream.Settings settings = new Stream.Settings(
                name, streamArn(name), incarnations.incrementAndGet(), shardCount, mode, maxRecordKiB);
        if (streams.containsKey(name)
                || streams.putIfAbsent(name, new Stream(settings, clock, limitThroughput)) != null) {
            throw new ServiceError(
                    ErrorCode.RESOURCE_IN_USE, "Stream " + name + " under account " + accountId + " already exists.");
        }
    }

    void delete(Stream stream) {
        streams.remove(stream.name(), stream);
    }

    /** All streams, by name. */
    Collection<Stream> streams() {
        return streams.values();
    }

    /** The streams whose names follow {@code name}; all of them for null. */
    Collection<Stream> streamsAfter(@Nullable String name) {
        return name == null ? streams.values() : streams.tailMap(name, false).values();
    }

    /** The stream that a request addresses by name, by ARN, or by both. */
    Stream resolve(@Nullable String name, @Nullable String arn) {
        if (arn == null) {
            if (name == null) {
                throw ServiceError.invalidArgument("Either StreamName or StreamARN must be provided.");
            }
            return named(name);
        }
        String prefix = streamArnPrefix();
        if (!arn.startsWith("arn:") || !arn.contains(":stream/")) {
            throw ServiceError.constraint(
                    "streamARN", "satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+");
        }
        if (!arn.startsWith(prefix)) {
            throw notFound("Stream " + arn);
        }
        String nameInArn = arn.substring(prefix.length());
        if (name != null && !name.equals(nameInArn)) {
            throw ServiceError.invalidArgument("StreamName " + name + " and StreamARN " + arn + " do not match.");
        }
        return named(nameInArn);
    }

    Stream named(String name) {
        requireName(name);
        Stream stream = streams.get(name);
        if (stream == null) {
            throw notFound("Stream " + name);
        }
        return stream;
    }

    /** The stream and shard of an iterator or token, which a stream created anew under the same name does not answer to. */
    Shard shard(String streamName, long incarnation, int shardIndex) {
        Stream stream = streams.get(streamName);
        Shard shard = stream == null || stream.incarnation() != incarnation ? null : stream.shardAt(shardIndex);
        if (shard == null) {
            throw notFound("Shard " + Shard.idOf(shardIndex) + " in stream " + streamName);
        }
        return shard;
    }

    Shard shard(Stream stream, String member, @Nullable String shardId) {
        if (shardId == null) {
            throw ServiceError.constraint(member, "not be null");
        }
        return stream.retainedShards().stream()
                .filter(shard -> shard.id().equals(shardId))
                .findFirst()
                .orElseThrow(() -> notFound("Shard " + shardId + " in stream " + stream.name()));
    }

    ServiceError notFound(String what) {
        return new ServiceError(ErrorCode.RESOURCE_NOT_FOUND, what + " under account " + accountId + " not found.");
    }

    private static void requireName(String name) {
        if (!STREAM_NAME.matcher(name).matches()) {
            throw ServiceError.constraint(
                    "streamName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+ of at most 128 characters");
        }
    }
}
