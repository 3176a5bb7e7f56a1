// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.kinesis.agg.AggRecord;
import com.amazonaws.kinesis.deagg.RecordDeaggregator;
import com.amazonaws.services.kinesis.clientlibrary.types.Messages;
import com.amazonaws.services.kinesis.clientlibrary.types.UserRecord;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.Record;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kinesisencryption.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The codec against Amazon's own Java libraries: the KPL aggregator, its de-aggregator, and the protobuf classes below them. */
class KplLibrariesTest {
    private final SeededRandom random = SeededRandom.create();
    private final RandomRecords source = new RandomRecords(random);
    private final AggregateReader reader = new AggregateReader();

    @Test
    void whatIsWrittenHereIsReadByTheDeaggregator() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        for (int round = 0; round < 50; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(200), false);
            records.forEach(writer::add);

            List<UserRecord> read = RecordDeaggregator.deaggregate(event(writer.toByteArray()));

            assertThat(read).as(random.toString()).hasSameSizeAs(records);
            for (int i = 0; i < records.size(); i++) {
                UserRecord record = read.get(i);
                AggregatedUserRecord wanted = records.get(i);
                assertThat(record.isAggregated()).isTrue();
                assertThat(record.getSubSequenceNumber()).isEqualTo(i);
                assertThat(record.getPartitionKey()).as("%s", random).isEqualTo(wanted.partitionKey());
                assertThat(record.getExplicitHashKey()).as("%s", random).isEqualTo(wanted.explicitHashKey());
                assertThat(bytes(record.getData())).as("%s", random).isEqualTo(wanted.data());
            }
            writer.clear();
        }
    }

    /** The same records in the same order give the same bytes, so a stream may change producers without anyone noticing. */
    @Test
    void whatTheAggregatorWritesIsReadHereAndWrittenAlike() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.KPL);
        for (int round = 0; round < 50; round++) {
            AggRecord aggregator = new AggRecord();
            List<AggregatedUserRecord> records = new ArrayList<>();
            for (AggregatedUserRecord record : source.list(1 + random.below(200), false)) {
                String explicitHashKey = record.explicitHashKey() == null ? "0" : record.explicitHashKey();
                if (aggregator.addUserRecord(record.partitionKey(), explicitHashKey, record.data())) {
                    records.add(AggregatedUserRecord.of(record.partitionKey(), explicitHashKey, record.data()));
                }
            }
            byte[] written = aggregator.toRecordBytes();

            RandomRecords.assertSame(reader.read(written, AggregateFraming.KPL, true), records, random);
            records.forEach(writer::add);
            assertThat(writer.toByteArray()).as(random.toString()).isEqualTo(written);
            writer.clear();
        }
    }

    @Test
    void theProtobufClassesReadWhatIsWrittenHereWithItsTags() throws InvalidProtocolBufferException {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        for (int round = 0; round < 50; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(100), true);
            records.forEach(writer::add);
            byte[] written = writer.toByteArray();

            Messages.AggregatedRecord message = Messages.AggregatedRecord.parseFrom(written);

            RandomRecords.assertSame(fromMessage(message), records, random);
            assertThat(message.toByteArray()).as(random.toString()).isEqualTo(written);
            writer.clear();
        }
    }

    /** Random damage: where both accept the bytes, both say the same. */
    @Test
    void damagedAggregatesMeanTheSameToTheProtobufClasses() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        source.list(30, true).forEach(writer::add);
        byte[] written = writer.toByteArray();
        int accepted = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] altered =
                    Arrays.copyOf(written, random.below(10) == 0 ? random.below(written.length) : written.length);
            for (int edit = random.below(3); edit >= 0 && altered.length > 0; edit--) {
                altered[random.below(altered.length)] = random.bytes(1)[0];
            }
            try {
                List<AggregatedUserRecord> records = reader.read(altered, AggregateFraming.BARE, false);
                RandomRecords.assertSame(records, fromMessage(Messages.AggregatedRecord.parseFrom(altered)), random);
                accepted++;
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(random.toString(), e);
            } catch (io.kinesisencryption.error.MalformedPayloadException e) {
                assertThat(e).as(random.toString()).hasNoCause();
            }
        }
        assertThat(accepted).as(random.toString()).isGreaterThan(1_000);
    }

    /** What only another writer would do: tables last, unknown fields, numbers in no order. */
    @Test
    void whatTheProtobufClassesWriteIsReadHere() throws InvalidProtocolBufferException {
        for (int round = 0; round < 50; round++) {
            List<AggregatedUserRecord> records = source.list(1 + random.below(100), true);
            Messages.AggregatedRecord message = toMessage(records);
            byte[] recordsOnly = message.toBuilder()
                    .clearPartitionKeyTable()
                    .clearExplicitHashKeyTable()
                    .buildPartial()
                    .toByteArray();
            byte[] tablesOnly = message.toBuilder().clearRecords().build().toByteArray();
            byte[] tablesLast =
                    Protobuf.message().raw(recordsOnly).raw(tablesOnly).toByteArray();

            assertThat(fromMessage(Messages.AggregatedRecord.parseFrom(tablesLast)))
                    .hasSameSizeAs(records);
            RandomRecords.assertSame(reader.read(tablesLast, AggregateFraming.BARE, false), records, random);
            RandomRecords.assertSame(reader.read(message.toByteArray(), AggregateFraming.BARE, false), records, random);
        }
    }

    private static KinesisEventRecord event(byte[] data) {
        Record record = new Record();
        record.setData(ByteBuffer.wrap(data));
        record.setPartitionKey("wire");
        record.setSequenceNumber("1");
        KinesisEventRecord event = new KinesisEventRecord();
        event.setKinesis(record);
        return event;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static List<AggregatedUserRecord> fromMessage(Messages.AggregatedRecord message) {
        List<AggregatedUserRecord> records = new ArrayList<>();
        for (Messages.Record record : message.getRecordsList()) {
            List<AggregateTag> tags = new ArrayList<>();
            for (Messages.Tag tag : record.getTagsList()) {
                tags.add(new AggregateTag(tag.getKey(), tag.hasValue() ? tag.getValue() : null));
            }
            records.add(AggregatedUserRecord.of(
                    message.getPartitionKeyTable((int) record.getPartitionKeyIndex()),
                    record.hasExplicitHashKeyIndex()
                            ? message.getExplicitHashKeyTable((int) record.getExplicitHashKeyIndex())
                            : null,
                    record.getData().toByteArray(),
                    tags));
        }
        return records;
    }

    /** Keys are not shared and stand in the reverse order of the records that they belong to. */
    private static Messages.AggregatedRecord toMessage(List<AggregatedUserRecord> records) {
        Messages.AggregatedRecord.Builder message = Messages.AggregatedRecord.newBuilder();
        int last = records.size() - 1;
        for (int i = last; i >= 0; i--) {
            message.addPartitionKeyTable(records.get(i).partitionKey());
            String explicitHashKey = records.get(i).explicitHashKey();
            message.addExplicitHashKeyTable(explicitHashKey == null ? "unused" : explicitHashKey);
        }
        for (int i = 0; i <= last; i++) {
            AggregatedUserRecord record = records.get(i);
            Messages.Record.Builder builder = Messages.Record.newBuilder()
                    .setPartitionKeyIndex(last - i)
                    .setData(ByteString.copyFrom(record.data()));
            if (record.explicitHashKey() != null) {
                builder.setExplicitHashKeyIndex(last - i);
            }
            for (AggregateTag tag : record.tags()) {
                Messages.Tag.Builder tagBuilder = Messages.Tag.newBuilder().setKey(tag.key());
                if (tag.value() != null) {
                    tagBuilder.setValue(tag.value());
                }
                builder.addTags(tagBuilder);
            }
            message.addRecords(builder);
        }
        return message.build();
    }
}
