// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.error.MalformedPayloadException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate on its way apart, in one pass if its tables come before its records, as the Kinesis Producer Library writes them. Protobuf lets them come
 * after: then the tables that are left are read as soon as a record refers to one. Used once, by one thread.
 */
final class AggregateParser<T> {
    /** A record has at least an index and data, each with the byte of its field key before it. */
    private static final int MIN_RECORD_BYTES = 4;

    /** Its own field key and its length. */
    private static final int MIN_BYTES_AROUND_RECORD = 2;

    /** Of a record as nearly all are written: two fields, each with a number of two bytes at most. */
    private static final int MAX_USUAL_HEADER_BYTES = 6;

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
    private final ArrayList<T> records = new ArrayList<>();
    private boolean tablesAreRead;

    /** For the protobuf that stands between two offsets. */
    AggregateParser(byte[] bytes, int start, int end, int maxRecords, AggregateReader.RecordFactory<T> factory) {
        this.bytes = bytes;
        this.maxRecords = maxRecords;
        this.factory = factory;
        this.in = new ProtobufReader(bytes, start, end);
    }

    List<T> records() {
        while (in.hasMore()) {
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.RECORDS) {
                records.add(readRecord());
            } else if (tablesAreRead || !readTableEntry(fieldKey)) {
                skipTopLevel(fieldKey);
            }
        }
        if (records.isEmpty()) {
            throw new MalformedPayloadException("The aggregate holds no user record", null);
        }
        return Collections.unmodifiableList(records);
    }

    private boolean readTableEntry(long fieldKey) {
        if (fieldKey == AggregateFields.PARTITION_KEY_TABLE) {
            partitionKeys.add(in, maxRecords);
        } else if (fieldKey == AggregateFields.EXPLICIT_HASH_KEY_TABLE) {
            explicitHashKeys.add(in, maxRecords);
        } else {
            return false;
        }
        return true;
    }

    private void skipTopLevel(long fieldKey) {
        if (fieldKey == AggregateFields.RECORDS) {
            in.skip(in.length("user record"));
        } else if (fieldKey == AggregateFields.PARTITION_KEY_TABLE
                || fieldKey == AggregateFields.EXPLICIT_HASH_KEY_TABLE) {
            in.skip(in.length("table entry"));
        } else {
            in.skipUnknown(fieldKey, LAST_FIELD_OF_AGGREGATED_RECORD);
        }
    }

    private T readRecord() {
        int length = recordLength();
        T usual = usualRecord(in.position(), length);
        if (usual == null) {
            return readFields(length);
        }
        in.skip(length);
        return usual;
    }

    /**
     * Makes a record that is written as nearly all are: an index, then data, in no more bytes than that takes. {@link #readFields} would do the same, but
     * slower: with that alone a consumer of records of 512 bytes takes 3 % longer, decryption included.
     *
     * @return null if the record is written in another way
     */
    private @Nullable T usualRecord(int start, int length) {
        if (length < MAX_USUAL_HEADER_BYTES || bytes[start] != AggregateFields.PARTITION_KEY_INDEX) {
            return null;
        }
        int index = shortNumber(start + 1);
        int dataField = start + 1 + Varints.sizeBytes(index);
        if (!partitionKeys.has(index) || bytes[dataField] != AggregateFields.DATA) {
            return null;
        }
        int dataLength = shortNumber(dataField + 1);
        int dataStart = dataField + 1 + Varints.sizeBytes(dataLength);
        if (dataLength != start + length - dataStart) {
            return null;
        }
        byte[] data = Arrays.copyOfRange(bytes, dataStart, start + length);
        return factory.record(partitionKeys.get(index), null, data, List.of());
    }

    /** A number in one or two bytes, and in no more than it needs; -1 if it is in another form. */
    private int shortNumber(int offset) {
        int low = bytes[offset];
        if (low >= 0) {
            return low;
        }
        int high = bytes[offset + 1];
        return high > 0 ? (low & 0x7F) | (high << 7) : -1;
    }

    private T readFields(int length) {
        int outerEnd = in.enter(length);
        String partitionKey = null;
        String explicitHashKey = null;
        int dataStart = NONE;
        int dataLength = 0;
        List<AggregateTag> tags = null;
        while (in.hasMore()) {
            long fieldKey = in.fieldKey();
            if (fieldKey == AggregateFields.PARTITION_KEY_INDEX) {
                partitionKey = entry(partitionKeys, in.varint("partition key index"), outerEnd);
            } else if (fieldKey == AggregateFields.DATA) {
                dataLength = in.length("data");
                dataStart = in.position();
                in.skip(dataLength);
            } else if (fieldKey == AggregateFields.EXPLICIT_HASH_KEY_INDEX) {
                explicitHashKey = entry(explicitHashKeys, in.varint("explicit hash key index"), outerEnd);
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

    /** What stands before a record's fields. The first one tells how many there may be: most aggregates have records of about one size. */
    private int recordLength() {
        int length = in.length("user record");
        if (length < MIN_RECORD_BYTES) {
            throw new MalformedPayloadException(
                    "The aggregate's user record %d of %d bytes lacks its partition key or its data"
                            .formatted(records.size(), length),
                    null);
        }
        if (records.size() == maxRecords) {
            throw new MalformedPayloadException(
                    "The aggregate has more than %d user records, the most that are accepted".formatted(maxRecords),
                    null);
        }
        if (records.isEmpty()) {
            records.ensureCapacity(1 + in.remaining() / (length + MIN_BYTES_AROUND_RECORD));
        }
        return length;
    }

    private String entry(StringTable table, long index, int endOfAggregate) {
        if (!tablesAreRead && !table.has(index)) {
            readTablesAhead(endOfAggregate);
        }
        return table.get(index);
    }

    /** Reads what is left of the tables behind the record that is being read, and comes back to it. */
    private void readTablesAhead(int endOfAggregate) {
        int position = in.position();
        int endOfRecord = in.end();
        in.leave(endOfAggregate);
        in.moveTo(endOfRecord);
        while (in.hasMore()) {
            long fieldKey = in.fieldKey();
            if (!readTableEntry(fieldKey)) {
                skipTopLevel(fieldKey);
            }
        }
        in.moveTo(position);
        in.leave(endOfRecord);
        tablesAreRead = true;
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

        boolean has(long index) {
            return index >= 0 && index < count;
        }

        String get(long index) {
            String entry = has(index) ? entries[(int) index] : null;
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
