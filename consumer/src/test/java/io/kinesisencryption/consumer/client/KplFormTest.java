// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static io.kinesisencryption.consumer.client.SealedStream.ORDERS;
import static io.kinesisencryption.consumer.client.SealedStream.fromTheStart;
import static io.kinesisencryption.consumer.client.SealedStream.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.client.ReadingClient.Kind;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kinesis.KinesisFault;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Aggregates in the form of the KPL, taken apart by KCL's own code as its process task does, with the hash key range of the shard. */
class KplFormTest {
    private static final int SHARDS = 4;
    private static final BigInteger WIDTH = BigInteger.TWO.pow(128).divide(BigInteger.valueOf(SHARDS));
    private static final DecryptingClientOptions KPL =
            DecryptingClientOptions.builder().aggregates(AggregateForm.KPL).build();

    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = SealedStream.encryption(SealedStream.KEYRING);
    private final SealedStream stream = new SealedStream(kinesis, encryption);
    private final List<ReadingClient> opened = new ArrayList<>();

    @BeforeEach
    void createStream() {
        kinesis.createStream(ORDERS, SHARDS);
    }

    @AfterEach
    void close() {
        opened.forEach(ReadingClient::close);
        encryption.close();
    }

    private ReadingClient client(Kind kind) {
        ReadingClient client = kind.over(kinesis, encryption, KPL);
        opened.add(client);
        return client;
    }

    private List<Record> read(ReadingClient client, Shard shard) {
        String iterator = client.getShardIterator(fromTheStart(shard.shardId())).shardIterator();
        return client.getRecords(
                        GetRecordsRequest.builder().shardIterator(iterator).build())
                .records();
    }

    private List<Shard> shards() {
        return kinesis.client().listShards(r -> r.streamName(ORDERS)).shards();
    }

    private static List<KinesisClientRecord> takenApart(List<Record> records, Shard shard) {
        List<KinesisClientRecord> stored = new ArrayList<>();
        records.forEach(record -> stored.add(KinesisClientRecord.fromRecord(record)));
        return new AggregatorUtil()
                .deaggregate(
                        stored,
                        shard.hashKeyRange().startingHashKey(),
                        shard.hashKeyRange().endingHashKey());
    }

    private static String text(KinesisClientRecord record) {
        return StandardCharsets.UTF_8.decode(record.data().duplicate()).toString();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void kclTakesEveryAggregateApartWhereverItsUserRecordsKeysBelong(Kind kind) {
        List<UserRecord> userRecords = List.of(
                order("a", "a1"),
                UserRecord.of("b", "0", "b1".getBytes(StandardCharsets.UTF_8)),
                UserRecord.of(
                        "c",
                        WIDTH.multiply(BigInteger.valueOf(SHARDS))
                                .subtract(BigInteger.ONE)
                                .toString(),
                        "c1".getBytes(StandardCharsets.UTF_8)));
        List<String> numbers = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            String hashKey = WIDTH.multiply(BigInteger.valueOf(shard))
                    .add(BigInteger.TEN)
                    .toString();
            numbers.add(stream.putAggregate(
                    shard % 2 == 0 ? EnvelopeFormat.AWS_ENCRYPTION_SDK : EnvelopeFormat.COMPACT, hashKey, userRecords));
        }
        ReadingClient client = client(kind);

        for (int shard = 0; shard < SHARDS; shard++) {
            List<Record> records = read(client, shards().get(shard));
            assertThat(records).hasSize(1);
            List<KinesisClientRecord> delivered = takenApart(records, shards().get(shard));
            assertThat(delivered).extracting(KplFormTest::text).containsExactly("a1", "b1", "c1");
            assertThat(delivered).extracting(KinesisClientRecord::partitionKey).containsExactly("a", "b", "c");
            assertThat(delivered)
                    .extracting(KinesisClientRecord::subSequenceNumber)
                    .containsExactly(0L, 1L, 2L);
            assertThat(delivered)
                    .extracting(KinesisClientRecord::sequenceNumber)
                    .containsOnly(numbers.get(shard));
        }
        assertThat(kinesis.callCount("ListShards"))
                .as("one for all shards, beside the test's own")
                .isEqualTo(1 + 2 * SHARDS);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aSingleRecordStaysOneAlthoughItsBytesBeginLikeAnAggregate(Kind kind) {
        byte[] kplBytes = KplAggregates.of(List.of(order("inner", "1"), order("inner", "2")), "0")
                .asByteArray();
        stream.put(encryption.encryptor(SealedStream.STREAM).encrypt(UserRecord.of("a", "0", kplBytes)));
        stream.put(encryption
                .encryptor(SealedStream.STREAM)
                .encrypt(UserRecord.of("a", "0", "plain".getBytes(StandardCharsets.UTF_8))));
        stream.putAggregate(EnvelopeFormat.COMPACT, "0", List.of(order("of one", "one")));

        List<KinesisClientRecord> delivered = takenApart(read(client(kind), shards().get(0)), shards().get(0));

        assertThat(delivered).hasSize(3);
        byte[] first = new byte[delivered.get(0).data().remaining()];
        delivered.get(0).data().get(first);
        assertThat(first).isEqualTo(kplBytes);
        assertThat(delivered.subList(1, 3)).extracting(KplFormTest::text).containsExactly("plain", "one");
        assertThat(delivered).extracting(KinesisClientRecord::partitionKey).containsExactly("a", "a", "of one");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anIteratorOfAnUnknownShardIsRefused(Kind kind) {
        String foreign = kinesis.client().getShardIterator(fromTheStart()).shardIterator();

        assertThatThrownBy(() -> client(kind)
                        .getRecords(GetRecordsRequest.builder()
                                .shardIterator(foreign)
                                .streamARN(kinesis.streamArn(ORDERS))
                                .build()))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("which shard");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aShardThatCannotBeListedFailsTheCallAndTheNextOneTriesAgain(Kind kind) {
        stream.putAggregate(EnvelopeFormat.COMPACT, "0", List.of(order("a", "a1"), order("b", "b1")));
        ReadingClient client = client(kind);
        Shard shard = shards().get(0);
        kinesis.faults().inject(KinesisFault.throttled("ListShards").times(1));

        assertThatThrownBy(() -> read(client, shard)).hasMessageContaining("Rate exceeded");
        assertThat(takenApart(read(client, shard), shard)).hasSize(2);
    }
}
