// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Shard iterators: where the five types start, and the strings that carry a place from call to call for five minutes. */
final class ShardIterators {
    static final Duration LIFETIME = Duration.ofMinutes(5);

    private static final byte KIND = 'I';
    private static final DateTimeFormatter ERROR_TIME = DateTimeFormatter.ofPattern(
                    "EEE MMM dd HH:mm:ss 'UTC' yyyy", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;

    ShardIterators(Clock clock) {
        this.clock = clock;
    }

    /** The position in {@code shard} that a starting point means. */
    long resolve(Stream stream, Shard shard, StartingPoint point) {
        return switch (point.type()) {
            case TRIM_HORIZON -> shard.start(stream.horizonMillis());
            case LATEST -> shard.end();
            case AT_SEQUENCE_NUMBER -> shard.positionOfOrdinal(ordinal(stream, shard, point));
            case AFTER_SEQUENCE_NUMBER -> shard.positionOfOrdinal(ordinal(stream, shard, point) + 1);
            case AT_TIMESTAMP -> shard.positionOfTime(timestamp(point).toEpochMilli());
            case UNKNOWN_TO_SDK_VERSION ->
                throw ServiceError.constraint(
                        "shardIteratorType",
                        "satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]");
        };
    }

    private long ordinal(Stream stream, Shard shard, StartingPoint point) {
        String number = point.sequenceNumber();
        if (number == null) {
            throw ServiceError.invalidArgument("Must specify a starting sequence number with " + point.type() + ".");
        }
        if (!SequenceNumbers.isDecimal(number)) {
            throw ServiceError.constraint(
                    "startingSequenceNumber", "satisfy regular expression pattern: 0|([1-9]\\d{0,128})");
        }
        SequenceNumbers.Position position = stream.sequenceNumbers().parse(number);
        if (position == null) {
            throw ServiceError.invalidArgument(
                    "StartingSequenceNumber " + number + " used in GetShardIterator on shard "
                            + shard.id() + " in stream " + stream.name()
                            + " is invalid because it did not come from this stream.");
        }
        if (position.shardIndex() != shard.index()) {
            throw ServiceError.invalidArgument("Invalid StartingSequenceNumber. It encodes "
                    + Shard.idOf(position.shardIndex()) + ", while it was used in a call to a shard with "
                    + shard.id());
        }
        return position.ordinal();
    }

    private Instant timestamp(StartingPoint point) {
        Instant timestamp = point.timestamp();
        if (timestamp == null) {
            throw ServiceError.invalidArgument("Must specify a timestamp with AT_TIMESTAMP.");
        }
        if (timestamp.toEpochMilli() > clock.millis()) {
            throw ServiceError.invalidArgument(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: "
                            + timestamp.toEpochMilli() + ", currentTimestampInMillis: " + clock.millis());
        }
        return timestamp;
    }

    String encode(Stream stream, Shard shard, long position) {
        long issuedMillis = clock.millis();
        return OpaqueToken.encode(out -> {
            out.writeByte(KIND);
            out.writeUTF(stream.name());
            out.writeLong(stream.incarnation());
            out.writeInt(shard.index());
            out.writeLong(position);
            out.writeLong(issuedMillis);
        });
    }

    Place decode(@Nullable String iterator) {
        if (iterator == null) {
            throw ServiceError.constraint("shardIterator", "not be null");
        }
        Place place = OpaqueToken.decode(
                iterator,
                in -> in.readByte() == KIND
                        ? new Place(in.readUTF(), in.readLong(), in.readInt(), in.readLong(), in.readLong())
                        : null);
        if (place == null) {
            throw ServiceError.invalidArgument("Invalid ShardIterator.");
        }
        if (clock.millis() - place.issuedMillis() > LIFETIME.toMillis()) {
            throw expired(place.issuedMillis());
        }
        return place;
    }

    ServiceError expired(long issuedMillis) {
        return new ServiceError(
                ErrorCode.EXPIRED_ITERATOR,
                "Iterator expired. The iterator was created at time "
                        + ERROR_TIME.format(Instant.ofEpochMilli(issuedMillis)) + " while right now it is "
                        + ERROR_TIME.format(Instant.ofEpochMilli(clock.millis()))
                        + " which is further in the future than the tolerated delay of " + LIFETIME.toMillis()
                        + " milliseconds.");
    }

    /** The place an iterator's string carries. */
    record Place(String streamName, long incarnation, int shardIndex, long position, long issuedMillis) {}

    /** Where to start in a shard, as a GetShardIterator or SubscribeToShard request says it. */
    record StartingPoint(
            ShardIteratorType type,
            @Nullable String sequenceNumber,
            @Nullable Instant timestamp) {
        static StartingPoint of(
                @Nullable ShardIteratorType type, @Nullable String sequenceNumber, @Nullable Instant timestamp) {
            if (type == null) {
                throw ServiceError.constraint("shardIteratorType", "not be null");
            }
            if (sequenceNumber != null
                    && (type == ShardIteratorType.TRIM_HORIZON || type == ShardIteratorType.LATEST)) {
                throw ServiceError.invalidArgument("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER"
                        + " and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber."
                        + " Request specified " + type + " and also a StartingSequenceNumber.");
            }
            return new StartingPoint(Objects.requireNonNull(type), sequenceNumber, timestamp);
        }
    }
}
