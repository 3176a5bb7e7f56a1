// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate on its way apart. Two passes, because protobuf lets the tables come after the records that refer to them: the first decodes the
 * tables and counts the records, the second reads the records. Used once, by one thread.
 */
final class AggregateParser<T> {
    /** A record has at least an index and data, each with the byte of its field key before it. */
    private static final int MIN_RECORD_BYTES = 4;

    private static final int LAST_FIELD_OF_AGGREGATED_RECORD = 3;
    private static final int LAST_FIELD_OF_RECORD = 4;
    private static final int LAST_FIELD_OF_TAG = 2;
    private static final int NONE = -1;
    private static final byte[] NO_DATA = {};

    private final byte[] bytes;
    private final int maxRecords;
    private final AggregateReader.RecordFactory<T> factory;
    private final ProtobufReader in;
    private final StringTable partitionKeys = new StringTable("partition key");
    private final StringTable explicitHashKeys = new StringTable("explicit hash key");
    private int recordCount;
    private int firstRecord;

    /** For the protobuf that stands between two offsets. */
    AggregateParser(byte[] bytes, int start, int end, int maxRecords, AggregateReader.RecordFactory<T> factory) {
        this.bytes = bytes;
        this.maxRecords = maxRecords;
        this.factory = factory;
        this.in = new ProtobufReader(bytes, start, end);
    }

    List<T> records() {
        readTablesAndCountRecords();
        if (recordCount == 0) {
            throw new MalformedPayloadException("The aggregate holds no user record", null);
        }
        List<T> records = new ArrayList<>(recordCount);
        in.moveTo(firstRecord);
        while (records.size() < recordCount) {
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.RECORDS) {
                records.add(readRecord());
            } else {
                skipTopLevel(fieldKey);
            }
        }
        return Collections.unmodifiableList(records);
    }

    private void readTablesAndCountRecords() {
        while (in.hasMore()) {
            int start = in.position();
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.RECORDS) {
                if (recordCount == 0) {
                    firstRecord = start;
                }
                countRecord();
            } else if (fieldKey == AggregateFields.PARTITION_KEY_TABLE) {
                partitionKeys.add(in, maxRecords);
            } else if (fieldKey == AggregateFields.EXPLICIT_HASH_KEY_TABLE) {
                explicitHashKeys.add(in, maxRecords);
            } else {
                skipTopLevel(fieldKey);
            }
        }
    }

    private void countRecord() {
        int length = in.length("user record");
        if (length < MIN_RECORD_BYTES) {
            throw new MalformedPayloadException(
                    "The aggregate's user record %d of %d bytes lacks its partition key or its data"
                            .formatted(recordCount, length),
                    null);
        }
        if (recordCount == maxRecords) {
            throw new MalformedPayloadException(
                    "The aggregate has more than %d user records, the most that are accepted".formatted(maxRecords),
                    null);
        }
        in.skip(length);
        recordCount++;
    }

    private void skipTopLevel(long fieldKey) {
        if (fieldKey == AggregateFields.PARTITION_KEY_TABLE || fieldKey == AggregateFields.EXPLICIT_HASH_KEY_TABLE) {
            in.skip(in.length("table entry"));
        } else {
            in.skipUnknown(fieldKey, LAST_FIELD_OF_AGGREGATED_RECORD);
        }
    }

    private T readRecord() {
        int outerEnd = in.enter(in.length("user record"));
        String partitionKey = null;
        String explicitHashKey = null;
        int dataStart = NONE;
        int dataLength = 0;
        List<AggregateTag> tags = null;
        while (in.hasMore()) {
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.PARTITION_KEY_INDEX) {
                partitionKey = partitionKeys.get(in.varint("partition key index"));
            } else if (fieldKey == AggregateFields.DATA) {
                dataLength = in.length("data");
                dataStart = in.position();
                in.skip(dataLength);
            } else if (fieldKey == AggregateFields.EXPLICIT_HASH_KEY_INDEX) {
                explicitHashKey = explicitHashKeys.get(in.varint("explicit hash key index"));
            } else if (fieldKey == AggregateFields.TAGS) {
                tags = tags == null ? new ArrayList<>() : tags;
                tags.add(readTag());
            } else {
                in.skipUnknown(fieldKey, LAST_FIELD_OF_RECORD);
            }
        }
        in.leave(outerEnd);
        if (partitionKey == null) {
            throw missing("user record", "partition key");
        }
        if (dataStart == NONE) {
            throw missing("user record", "data");
        }
        byte[] data = dataLength == 0 ? NO_DATA : Arrays.copyOfRange(bytes, dataStart, dataStart + dataLength);
        return factory.record(partitionKey, explicitHashKey, data, tags == null ? List.of() : List.copyOf(tags));
    }

    private AggregateTag readTag() {
        int outerEnd = in.enter(in.length("tag"));
        String key = null;
        String value = null;
        while (in.hasMore()) {
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.TAG_KEY) {
                key = in.text("tag key");
            } else if (fieldKey == AggregateFields.TAG_VALUE) {
                value = in.text("tag value");
            } else {
                in.skipUnknown(fieldKey, LAST_FIELD_OF_TAG);
            }
        }
        in.leave(outerEnd);
        if (key == null) {
            throw missing("tag", "key");
        }
        return new AggregateTag(key, value);
    }

    private MalformedPayloadException missing(String message, String field) {
        return new MalformedPayloadException(
                "The aggregate's %s before offset %d lacks its %s".formatted(message, in.position(), field), null);
    }

    /** A table of keys that records refer to by index; grows with the entries that are really there. */
    private static final class StringTable {
        private static final int INITIAL_CAPACITY = 8;

        private final String what;
        private @Nullable String[] entries = new @Nullable String[INITIAL_CAPACITY];
        private int count;

        StringTable(String what) {
            this.what = what;
        }

        void add(ProtobufReader in, int maxEntries) {
            if (count == maxEntries) {
                throw new MalformedPayloadException(
                        "The aggregate's %s table has more than %d entries, the most that are accepted"
                                .formatted(what, maxEntries),
                        null);
            }
            if (count == entries.length) {
                entries = Arrays.copyOf(entries, count * 2);
            }
            entries[count++] = in.text(what);
        }

        String get(long index) {
            String entry = index < 0 || index >= count ? null : entries[(int) index];
            if (entry == null) {
                throw new MalformedPayloadException(
                        "The aggregate refers to %s %s of a table that has %d"
                                .formatted(what, Long.toUnsignedString(index), count),
                        null);
            }
            return entry;
        }
    }
}
