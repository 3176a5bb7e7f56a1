// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** What the tests of this package do with a client again and again. */
final class Kinesis {
    static final String STREAM = "orders";
    static final String SHARD_0 = "shardId-000000000000";
    static final String SHARD_1 = "shardId-000000000001";
    static final String SHARD_2 = "shardId-000000000002";
    static final String SHARD_3 = "shardId-000000000003";

    private Kinesis() {}

    static PutRecordResponse put(KinesisClient client, String partitionKey, String text) {
        return client.putRecord(
                r -> r.streamName(STREAM).partitionKey(partitionKey).data(SdkBytes.fromUtf8String(text)));
    }

    static PutRecordsRequestEntry entry(String partitionKey, String text) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromUtf8String(text))
                .build();
    }

    static PutRecordsRequestEntry entry(String partitionKey, int sizeBytes) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArrayUnsafe(new byte[sizeBytes]))
                .build();
    }

    static String trimHorizon(KinesisClient client, String shardId) {
        return iterator(client, shardId, ShardIteratorType.TRIM_HORIZON);
    }

    static String iterator(KinesisClient client, String shardId, ShardIteratorType type) {
        return client.getShardIterator(
                        r -> r.streamName(STREAM).shardId(shardId).shardIteratorType(type))
                .shardIterator();
    }

    static String iterator(KinesisClient client, String shardId, ShardIteratorType type, String sequenceNumber) {
        return client.getShardIterator(r -> r.streamName(STREAM)
                        .shardId(shardId)
                        .shardIteratorType(type)
                        .startingSequenceNumber(sequenceNumber))
                .shardIterator();
    }

    static GetRecordsResponse get(KinesisClient client, String iterator) {
        return client.getRecords(r -> r.shardIterator(iterator));
    }

    /** Everything from the trim horizon of a shard to its tip or end. */
    static List<Record> readAll(KinesisClient client, String shardId) {
        List<Record> records = new ArrayList<>();
        String iterator = trimHorizon(client, shardId);
        long behindMillis;
        do {
            GetRecordsResponse page = get(client, iterator);
            records.addAll(page.records());
            iterator = page.nextShardIterator();
            behindMillis = page.millisBehindLatest();
        } while (iterator != null && behindMillis > 0);
        return records;
    }

    static List<String> texts(List<Record> records) {
        return records.stream().map(record -> record.data().asUtf8String()).toList();
    }

    static List<String> shardIds(KinesisClient client, ShardFilterType filter) {
        return client.listShards(r -> r.streamName(STREAM).shardFilter(f -> f.type(filter))).shards().stream()
                .map(software.amazon.awssdk.services.kinesis.model.Shard::shardId)
                .toList();
    }

    static software.amazon.awssdk.services.kinesis.model.Shard shard(KinesisClient client, String shardId) {
        return client.listShards(r -> r.streamName(STREAM)).shards().stream()
                .filter(shard -> shard.shardId().equals(shardId))
                .findFirst()
                .orElseThrow();
    }

    /** The service's answer to a call that it refuses, checked for what every error answer carries. */
    static <E extends KinesisException> E refusal(Class<E> type, ThrowingCallable call) {
        E refusal = catchThrowableOfType(type, call);
        assertThat(refusal).as("refusal by %s", type.getSimpleName()).isNotNull();
        assertThat(refusal.requestId()).hasSize(36);
        assertThat(refusal.awsErrorDetails().serviceName()).isEqualTo("Kinesis");
        assertThat(refusal.awsErrorDetails().sdkHttpResponse().statusCode()).isEqualTo(refusal.statusCode());
        if (type != KinesisException.class) {
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(type.getSimpleName());
            assertThat(refusal.statusCode()).isEqualTo(400);
        }
        return refusal;
    }
}
