// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.io.DataInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;

/** The next tokens of the List operations. They live for five minutes, as the API says of ListShards. */
final class NextTokens {
    static final Duration LIFETIME = Duration.ofMinutes(5);

    private static final byte NAME_KIND = 'N';
    private static final byte SHARDS_KIND = 'S';

    private NextTokens() {}

    /** A token that goes on after a name. */
    static String encodeName(String name, Clock clock) {
        return OpaqueToken.encode(out -> {
            out.writeByte(NAME_KIND);
            out.writeLong(clock.millis());
            out.writeUTF(name);
        });
    }

    static String decodeName(String token, Clock clock) {
        NamePage page = OpaqueToken.decode(
                token, in -> in.readByte() == NAME_KIND ? new NamePage(in.readLong(), in.readUTF()) : null);
        if (page == null) {
            throw invalid();
        }
        requireAlive(page.issuedMillis(), clock);
        return page.name();
    }

    static String encodeShards(ShardPage page, Clock clock) {
        return OpaqueToken.encode(out -> {
            out.writeByte(SHARDS_KIND);
            out.writeLong(clock.millis());
            out.writeUTF(page.streamName());
            out.writeLong(page.incarnation());
            out.writeUTF(page.lastShardId());
            ShardSelection selection = page.selection();
            out.writeUTF(selection.type() == null ? "" : selection.type().toString());
            out.writeUTF(selection.shardId() == null ? "" : selection.shardId());
            Instant timestamp = selection.timestamp();
            out.writeLong(timestamp == null ? Long.MIN_VALUE : timestamp.toEpochMilli());
        });
    }

    static ShardPage decodeShards(String token, Clock clock) {
        IssuedPage issued = OpaqueToken.decode(token, NextTokens::readShards);
        if (issued == null) {
            throw invalid();
        }
        requireAlive(issued.issuedMillis(), clock);
        return issued.page();
    }

    private static @Nullable IssuedPage readShards(DataInputStream in) throws IOException {
        if (in.readByte() != SHARDS_KIND) {
            return null;
        }
        long issuedMillis = in.readLong();
        String streamName = in.readUTF();
        long incarnation = in.readLong();
        String lastShardId = in.readUTF();
        String type = in.readUTF();
        String shardId = in.readUTF();
        long timestamp = in.readLong();
        ShardSelection selection = new ShardSelection(
                type.isEmpty() ? null : ShardFilterType.fromValue(type),
                shardId.isEmpty() ? null : shardId,
                timestamp == Long.MIN_VALUE ? null : Instant.ofEpochMilli(timestamp));
        return new IssuedPage(issuedMillis, new ShardPage(streamName, incarnation, lastShardId, selection));
    }

    private static void requireAlive(long issuedMillis, Clock clock) {
        if (clock.millis() - issuedMillis > LIFETIME.toMillis()) {
            throw new ServiceError(
                    ErrorCode.EXPIRED_NEXT_TOKEN,
                    "The specified NextToken has expired; it was issued more than " + LIFETIME.toSeconds()
                            + " seconds ago.");
        }
    }

    private static ServiceError invalid() {
        return ServiceError.invalidArgument("Invalid NextToken.");
    }

    /** Where a page of ListShards ended, and which shards the listing is about. */
    record ShardPage(String streamName, long incarnation, String lastShardId, ShardSelection selection) {}

    private record NamePage(long issuedMillis, String name) {}

    private record IssuedPage(long issuedMillis, ShardPage page) {}
}
