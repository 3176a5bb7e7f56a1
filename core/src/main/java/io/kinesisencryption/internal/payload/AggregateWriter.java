// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate under construction: takes user records one by one, knows at each moment exactly how large the aggregate is and how large another
 * record would make it, and writes it once, without a copy in between. Partition keys and explicit hash keys that come again are written once.
 * Not thread-safe.
 *
 * <p>The arrays of the records' data are neither copied nor changed; they must not change before the aggregate is written.
 *
 * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">KPL aggregated record format</a>
 */
public final class AggregateWriter implements Payload {
    private static final int INITIAL_CAPACITY = 16;
    private static final int NONE = -1;

    /** The largest array that every JVM can make. */
    private static final int MAX_SIZE_BYTES = Integer.MAX_VALUE - 8;

    private final AggregateFraming framing;
    private final KeyTable partitionKeys;
    private final KeyTable explicitHashKeys;
    private int[] partitionKeyIndexes;
    private int[] explicitHashKeyIndexes;
    private byte[][] data;
    private byte[][] tags;
    private int recordCount;
    private int sizeBytes;

    /**
     * An aggregate without records.
     *
     * @param framing what stands around its protobuf
     */
    public AggregateWriter(AggregateFraming framing) {
        this(framing, INITIAL_CAPACITY);
    }

    /**
     * An aggregate without records that need not grow until it has so many.
     *
     * @param framing what stands around its protobuf
     * @param expectedRecords how many user records will be added, by and large; from 0
     */
    public AggregateWriter(AggregateFraming framing, int expectedRecords) {
        this.framing = Objects.requireNonNull(framing, "framing");
        int capacity = Math.max(INITIAL_CAPACITY, Math.min(expectedRecords, AggregateReader.DEFAULT_MAX_RECORDS));
        this.partitionKeys = new KeyTable(AggregateFields.PARTITION_KEY_TABLE, "partition key", capacity);
        this.explicitHashKeys =
                new KeyTable(AggregateFields.EXPLICIT_HASH_KEY_TABLE, "explicit hash key", INITIAL_CAPACITY);
        this.partitionKeyIndexes = new int[capacity];
        this.explicitHashKeyIndexes = new int[capacity];
        this.data = new byte[capacity][];
        this.tags = new byte[capacity][];
        this.sizeBytes = framing.overheadBytes();
    }

    /**
     * The user records that were added.
     *
     * @return from 0 to {@link AggregateReader#DEFAULT_MAX_RECORDS}
     */
    public int recordCount() {
        return recordCount;
    }

    /**
     * The exact size of the aggregate as it is now, framing included.
     *
     * @return bytes
     */
    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * The exact size that the aggregate would have with one more user record, found without adding it and in a time that does not depend on the
     * records that are there.
     *
     * @param partitionKey the record's partition key
     * @param explicitHashKey the record's explicit hash key, or null
     * @param dataSizeBytes the size of the record's data
     * @return bytes, framing included; may exceed what can be added
     * @throws IllegalArgumentException if a key holds half a surrogate pair or the size is negative
     */
    public long sizeBytesWith(String partitionKey, @Nullable String explicitHashKey, int dataSizeBytes) {
        if (dataSizeBytes < 0) {
            throw new IllegalArgumentException("dataSizeBytes is %d; it must not be negative".formatted(dataSizeBytes));
        }
        return sizeBytesWith(partitionKey, explicitHashKey, dataSizeBytes, 0);
    }

    /**
     * The exact size that the aggregate would have with one more user record, tags included, found without adding it.
     *
     * @param record the record
     * @return bytes, framing included; may exceed what can be added
     * @throws IllegalArgumentException if a key or a tag holds half a surrogate pair
     */
    public long sizeBytesWith(AggregatedUserRecord record) {
        return sizeBytesWith(
                record.partitionKey(),
                record.explicitHashKey(),
                record.data().length,
                AggregateTagWriter.encode(record.tags()).length);
    }

    private long sizeBytesWith(
            String partitionKey, @Nullable String explicitHashKey, int dataSizeBytes, int tagsSizeBytes) {
        return sizeBytesWith(
                partitionKeys.indexOf(partitionKey),
                partitionKey,
                explicitHashKey == null ? NONE : explicitHashKeys.indexOf(explicitHashKey),
                explicitHashKey,
                dataSizeBytes,
                tagsSizeBytes);
    }

    private long sizeBytesWith(
            int partitionKeyIndex,
            String partitionKey,
            int explicitHashKeyIndex,
            @Nullable String explicitHashKey,
            int dataSizeBytes,
            int tagsSizeBytes) {
        long size = sizeBytes;
        if (partitionKeyIndex == partitionKeys.count()) {
            size += partitionKeys.sizeBytesOf(partitionKey);
        }
        if (explicitHashKey != null && explicitHashKeyIndex == explicitHashKeys.count()) {
            size += explicitHashKeys.sizeBytesOf(explicitHashKey);
        }
        long body = bodySizeBytes(partitionKeyIndex, explicitHashKeyIndex, dataSizeBytes, tagsSizeBytes);
        return size + 1 + Varints.sizeBytes((int) Math.min(body, Integer.MAX_VALUE)) + body;
    }

    /**
     * Adds a user record.
     *
     * @param partitionKey the partition key
     * @param explicitHashKey the explicit hash key, or null
     * @param recordData the data, not copied
     * @throws IllegalArgumentException if a key holds half a surrogate pair; nothing is added then
     * @throws IllegalStateException if the aggregate holds as many records as a reader accepts, or would outgrow an array; nothing is added then
     */
    public void add(String partitionKey, @Nullable String explicitHashKey, byte[] recordData) {
        add(partitionKey, explicitHashKey, recordData, AggregateTagWriter.NO_TAGS);
    }

    /**
     * Adds a user record with its tags.
     *
     * @param record the record; its data is not copied
     * @throws IllegalArgumentException if a key or a tag holds half a surrogate pair; nothing is added then
     * @throws IllegalStateException if the aggregate holds as many records as a reader accepts, or would outgrow an array; nothing is added then
     */
    public void add(AggregatedUserRecord record) {
        add(record.partitionKey(), record.explicitHashKey(), record.data(), AggregateTagWriter.encode(record.tags()));
    }

    private void add(String partitionKey, @Nullable String explicitHashKey, byte[] recordData, byte[] recordTags) {
        int partitionKeyIndex = partitionKeys.indexOf(partitionKey);
        int explicitHashKeyIndex = explicitHashKey == null ? NONE : explicitHashKeys.indexOf(explicitHashKey);
        long newSizeBytes = sizeBytesWith(
                partitionKeyIndex,
                partitionKey,
                explicitHashKeyIndex,
                explicitHashKey,
                recordData.length,
                recordTags.length);
        checkRoom(newSizeBytes);
        if (partitionKeyIndex == partitionKeys.count()) {
            partitionKeys.add(partitionKey);
        }
        if (explicitHashKey != null && explicitHashKeyIndex == explicitHashKeys.count()) {
            explicitHashKeys.add(explicitHashKey);
        }
        partitionKeyIndexes[recordCount] = partitionKeyIndex;
        explicitHashKeyIndexes[recordCount] = explicitHashKeyIndex;
        data[recordCount] = recordData;
        if (recordTags.length > 0) {
            tags[recordCount] = recordTags;
        }
        recordCount++;
        sizeBytes = (int) newSizeBytes;
    }

    private void checkRoom(long newSizeBytes) {
        if (newSizeBytes > MAX_SIZE_BYTES) {
            throw new IllegalStateException("The aggregate of %d bytes cannot take a record that makes it %d bytes"
                    .formatted(sizeBytes, newSizeBytes));
        }
        if (recordCount == AggregateReader.DEFAULT_MAX_RECORDS) {
            throw new IllegalStateException(
                    "The aggregate holds %d user records, as many as a reader accepts".formatted(recordCount));
        }
        if (recordCount == data.length) {
            grow();
        }
    }

    /**
     * Writes the aggregate into an array of its own.
     *
     * @return {@link #sizeBytes()} bytes
     * @throws IllegalStateException if it holds no user record
     */
    @Override
    public byte[] toByteArray() {
        byte[] target = new byte[sizeBytes];
        writeTo(target, 0);
        return target;
    }

    /**
     * Writes the aggregate where it is wanted, such as behind the header of an envelope, to be encrypted in place.
     *
     * @param target takes {@link #sizeBytes()} bytes
     * @param offset where they begin
     * @return the offset after the last byte written
     * @throws IllegalStateException if the aggregate holds no user record
     * @throws IndexOutOfBoundsException if the target is too short; nothing is written then
     */
    @Override
    public int writeTo(byte[] target, int offset) {
        if (recordCount == 0) {
            throw new IllegalStateException("The aggregate holds no user record");
        }
        Objects.checkFromIndexSize(offset, sizeBytes, target.length);
        int start = offset + framing.prefixSizeBytes();
        int position = partitionKeys.write(target, start);
        position = explicitHashKeys.write(target, position);
        for (int i = 0; i < recordCount; i++) {
            position = writeRecord(i, target, position);
        }
        framing.frame(target, offset, position - start);
        return position + framing.suffixSizeBytes();
    }

    /** Forgets the user records, so that the next aggregate can be built with the memory that this one has grown. */
    public void clear() {
        partitionKeys.clear();
        explicitHashKeys.clear();
        Arrays.fill(data, 0, recordCount, null);
        Arrays.fill(tags, 0, recordCount, null);
        recordCount = 0;
        sizeBytes = framing.overheadBytes();
    }

    private int writeRecord(int record, byte[] target, int offset) {
        byte[] recordData = data[record];
        byte[] recordTags = tags[record] == null ? AggregateTagWriter.NO_TAGS : tags[record];
        int partitionKeyIndex = partitionKeyIndexes[record];
        int explicitHashKeyIndex = explicitHashKeyIndexes[record];
        int position = offset;
        target[position++] = AggregateFields.RECORDS;
        position = Varints.write(
                (int) bodySizeBytes(partitionKeyIndex, explicitHashKeyIndex, recordData.length, recordTags.length),
                target,
                position);
        target[position++] = AggregateFields.PARTITION_KEY_INDEX;
        position = Varints.write(partitionKeyIndex, target, position);
        if (explicitHashKeyIndex != NONE) {
            target[position++] = AggregateFields.EXPLICIT_HASH_KEY_INDEX;
            position = Varints.write(explicitHashKeyIndex, target, position);
        }
        target[position++] = AggregateFields.DATA;
        position = Varints.write(recordData.length, target, position);
        System.arraycopy(recordData, 0, target, position, recordData.length);
        position += recordData.length;
        System.arraycopy(recordTags, 0, target, position, recordTags.length);
        return position + recordTags.length;
    }

    private static long bodySizeBytes(
            int partitionKeyIndex, int explicitHashKeyIndex, int dataSizeBytes, int tagsSizeBytes) {
        long size = 1L + Varints.sizeBytes(partitionKeyIndex);
        if (explicitHashKeyIndex != NONE) {
            size += 1 + Varints.sizeBytes(explicitHashKeyIndex);
        }
        return size + 1 + Varints.sizeBytes(dataSizeBytes) + dataSizeBytes + tagsSizeBytes;
    }

    private void grow() {
        int capacity = data.length * 2;
        partitionKeyIndexes = Arrays.copyOf(partitionKeyIndexes, capacity);
        explicitHashKeyIndexes = Arrays.copyOf(explicitHashKeyIndexes, capacity);
        data = Arrays.copyOf(data, capacity);
        tags = Arrays.copyOf(tags, capacity);
    }
}
