// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** A stream in memory, and what is put into it. */
final class SealedStream {
    static final String ORDERS = "orders";
    static final StreamIdentity STREAM = StreamIdentity.of(ORDERS);
    static final String SHARD = "shardId-000000000000";
    static final Keyring KEYRING = Keyrings.rawAes("test", "key-1", new byte[32]);

    private final InMemoryKinesis kinesis;
    private final KinesisEncryption writer;

    SealedStream(InMemoryKinesis kinesis, KinesisEncryption writer) {
        this.kinesis = kinesis;
        this.writer = writer;
    }

    /** Loads keys as fast as a test asks for them. */
    static KinesisEncryption encryption(Keyring keyring) {
        return KinesisEncryption.builder()
                .keyring(keyring)
                .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
                .build();
    }

    static UserRecord order(String partitionKey, String data) {
        return UserRecord.of(partitionKey, data.getBytes(StandardCharsets.UTF_8));
    }

    KinesisRecord sealed(String data) {
        return writer.encryptor(STREAM).encrypt(order("customer-1", data));
    }

    /** Returns the sequence number. */
    String put(KinesisRecord record) {
        return kinesis.client()
                .putRecord(r -> r.streamName(ORDERS)
                        .partitionKey(record.partitionKey())
                        .explicitHashKey(record.explicitHashKey())
                        .data(SdkBytes.fromByteArray(record.data())))
                .sequenceNumber();
    }

    String put(String data) {
        return put(sealed(data));
    }

    String putPlaintext(String data) {
        return put(KinesisRecord.of("customer-1", null, data.getBytes(StandardCharsets.UTF_8)));
    }

    /** Puts an aggregate whose place in the stream has nothing to do with its user records' keys. */
    String putAggregate(EnvelopeFormat format, String wireHashKey, List<UserRecord> userRecords) {
        EncryptorOptions options = EncryptorOptions.builder()
                .format(format)
                .payloadKind(PayloadKind.AGGREGATE)
                .build();
        return put(writer.encryptor(STREAM, options).encryptAggregate("slice-7", wireHashKey, userRecords));
    }

    String putTampered(String data) {
        KinesisRecord record = sealed(data);
        record.data()[record.data().length - 1] ^= 1;
        return put(record);
    }

    static GetShardIteratorRequest fromTheStart() {
        return fromTheStart(SHARD);
    }

    static GetShardIteratorRequest fromTheStart(String shardId) {
        return GetShardIteratorRequest.builder()
                .streamName(ORDERS)
                .shardId(shardId)
                .shardIteratorType(ShardIteratorType.TRIM_HORIZON)
                .build();
    }

    static List<String> texts(List<Record> records) {
        return records.stream().map(record -> record.data().asUtf8String()).toList();
    }
}
