// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

/**
 * The service's limits on what is put.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>
 */
final class Limits {
    static final int MAX_RECORDS = 500;
    static final int LARGEST_REQUEST_BYTES = 10 * 1024 * 1024;

    /** What a request took before October 2025. */
    static final int LEAST_REQUEST_BYTES = 5 * 1024 * 1024;

    static final int DEFAULT_RECORD_BYTES = 1024 * 1024;

    /** The most that UpdateMaxRecordSize sets. */
    static final int LARGEST_RECORD_BYTES = 10 * 1024 * 1024;

    private Limits() {}
}
