// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.examples.stream.Place;
import io.kinesisencryption.examples.support.StoredStream.StoredShard;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.kinesis.model.Record;

/** {@link NumberedRecords} as a consumer of a stream finds them, each one checked against the record that was put. */
public final class ReadBack {
    private final NumberedRecords put;
    private final StoredStream stored;
    private final int[] copies;
    private final Map<Place, Integer> numbers = new HashMap<>();
    /** The first copy of each record of a key, in the order of a reader who reads parents to their end before their children. */
    private final Map<String, List<Integer>> numbersByKey = new LinkedHashMap<>();

    private final Map<String, Set<String>> shardsByKey = new HashMap<>();
    private int kinesisRecords;

    private ReadBack(NumberedRecords put, StoredStream stored) {
        this.put = put;
        this.stored = stored;
        this.copies = new int[put.count()];
    }

    /** Decrypts all that a stream stores. Fails at a record that was not put, or not like this, or in another format. */
    public static ReadBack of(
            StoredStream stored, RecordDecryptor decryptor, EnvelopeFormat format, NumberedRecords put) {
        ReadBack readBack = new ReadBack(put, stored);
        for (StoredShard shard : stored.shards()) {
            for (Record record : shard.records()) {
                byte[] envelope = record.data().asByteArray();
                assertThat(EnvelopeInfo.read(envelope).format()).isEqualTo(format);
                readBack.add(shard, record, decryptor.decrypt(KinesisRecord.of(record.partitionKey(), null, envelope)));
            }
        }
        return readBack;
    }

    private void add(StoredShard shard, Record record, List<UserRecord> userRecords) {
        kinesisRecords++;
        for (int i = 0; i < userRecords.size(); i++) {
            UserRecord found = userRecords.get(i);
            int number = NumberedRecords.numberOf(found);
            UserRecord expected = put.of(number);
            assertThat(found.data()).as("record %d", number).isEqualTo(expected.data());
            numbers.put(new Place(shard.shardId(), record.sequenceNumber(), i), number);
            String key = expected.partitionKey();
            if (key != null) {
                assertThat(found.partitionKey()).as("record %d", number).isEqualTo(key);
                shardsByKey.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(shard.shardId());
            }
            if (copies[number]++ == 0 && key != null) {
                numbersByKey.computeIfAbsent(key, k -> new ArrayList<>()).add(number);
            }
        }
    }

    /** How often the stream holds a record. */
    public int copies(int number) {
        return copies[number];
    }

    /** How many of the records that were put the stream holds. */
    public int records() {
        int records = 0;
        for (int count : copies) {
            records += Math.min(count, 1);
        }
        return records;
    }

    /** How many copies there are beyond the first of each record. */
    public int duplicates() {
        int duplicates = 0;
        for (int count : copies) {
            duplicates += Math.max(0, count - 1);
        }
        return duplicates;
    }

    /** How many records the service counts. */
    public int kinesisRecords() {
        return kinesisRecords;
    }

    /** The number of the record at a place, or null. */
    public Integer numberAt(Place place) {
        return numbers.get(place);
    }

    /** Records of one key stand in the order of their numbers, in shards that a reader reads one after the other. */
    public void assertEachKeyInOrder() {
        numbersByKey.forEach((key, found) -> assertThat(found).as(key).isSorted());
        shardsByKey.forEach((key, shards) -> assertThat(shards)
                .as("the shards of %s", key)
                .allSatisfy(shard -> assertThat(shards).allMatch(other -> stored.related(shard, other))));
    }

    /** Of each key the records stand there that were put first, without a gap. */
    public void assertEachKeyWithoutAGap() {
        Map<String, List<Integer>> expected = new HashMap<>();
        for (int number = 0; number < put.count(); number++) {
            String key = put.of(number).partitionKey();
            if (key != null) {
                expected.computeIfAbsent(key, k -> new ArrayList<>()).add(number);
            }
        }
        numbersByKey.forEach((key, found) ->
                assertThat(found).as(key).isEqualTo(expected.get(key).subList(0, found.size())));
    }
}
