// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

/**
 * The fields of the aggregate's three messages, each as its number times eight plus its wire type: the one byte that stands before it.
 *
 * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">KPL aggregated record format</a>
 */
final class AggregateFields {
    static final int VARINT = 0;
    static final int FIXED_64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED_32 = 5;

    /** Of {@code AggregatedRecord}: {@code repeated string}. */
    static final int PARTITION_KEY_TABLE = 1 << 3 | LENGTH_DELIMITED;

    /** Of {@code AggregatedRecord}: {@code repeated string}. */
    static final int EXPLICIT_HASH_KEY_TABLE = 2 << 3 | LENGTH_DELIMITED;

    /** Of {@code AggregatedRecord}: {@code repeated Record}. */
    static final int RECORDS = 3 << 3 | LENGTH_DELIMITED;

    /** Of {@code Record}: {@code required uint64}. */
    static final int PARTITION_KEY_INDEX = 1 << 3 | VARINT;

    /** Of {@code Record}: {@code optional uint64}. */
    static final int EXPLICIT_HASH_KEY_INDEX = 2 << 3 | VARINT;

    /** Of {@code Record}: {@code required bytes}. */
    static final int DATA = 3 << 3 | LENGTH_DELIMITED;

    /** Of {@code Record}: {@code repeated Tag}. */
    static final int TAGS = 4 << 3 | LENGTH_DELIMITED;

    /** Of {@code Tag}: {@code required string}. */
    static final int TAG_KEY = 1 << 3 | LENGTH_DELIMITED;

    /** Of {@code Tag}: {@code optional string}. */
    static final int TAG_VALUE = 2 << 3 | LENGTH_DELIMITED;

    private AggregateFields() {}
}
