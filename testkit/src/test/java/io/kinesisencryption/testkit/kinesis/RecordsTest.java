// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

class RecordsTest {
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(new MutableClock()).build();
    private final KinesisClient client = kinesis.client();

    @Test
    void aRecordThatWasPutIsReadBackAsItWas() {
        kinesis.createStream("orders", 1);

        PutRecordResponse put = client.putRecord(
                r -> r.streamName("orders").partitionKey("customer").data(SdkBytes.fromUtf8String("order 1")));
        String iterator = client.getShardIterator(r ->
                        r.streamName("orders").shardId(put.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        GetRecordsResponse got = client.getRecords(r -> r.shardIterator(iterator));

        assertThat(got.records()).singleElement().satisfies(record -> {
            assertThat(record.sequenceNumber()).isEqualTo(put.sequenceNumber()).hasSize(56);
            assertThat(record.partitionKey()).isEqualTo("customer");
            assertThat(record.data().asUtf8String()).isEqualTo("order 1");
        });
        assertThat(got.millisBehindLatest()).isZero();
        assertThat(got.nextShardIterator()).isNotNull();
        assertThat(got.responseMetadata().requestId()).hasSize(36);
        assertThat(got.sdkHttpResponse().statusCode()).isEqualTo(200);
    }

    @Test
    void anIteratorReadsOnInPagesWithoutGapsOrRepeats() {
        kinesis.createStream("orders", 1);
        for (int i = 0; i < 25; i++) {
            String text = "order " + i;
            client.putRecord(r -> r.streamName("orders").partitionKey("k").data(SdkBytes.fromUtf8String(text)));
        }
        List<String> read = new ArrayList<>();
        String iterator = client.getShardIterator(r -> r.streamName("orders")
                        .shardId("shardId-000000000000")
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        long behind;
        do {
            String next = iterator;
            GetRecordsResponse page =
                    client.getRecords(r -> r.shardIterator(next).limit(10));
            page.records().stream()
                    .map(Record::data)
                    .map(SdkBytes::asUtf8String)
                    .forEach(read::add);
            iterator = page.nextShardIterator();
            behind = page.millisBehindLatest();
        } while (behind > 0);

        assertThat(read)
                .hasSize(25)
                .doesNotHaveDuplicates()
                .startsWith("order 0")
                .endsWith("order 24");
        assertThat(kinesis.callCount("GetRecords")).isEqualTo(3);
    }
}
