// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

/**
 * The two error codes that a single record of a PutRecords request can be answered with.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsResultEntry.html">PutRecordsResultEntry</a>
 */
public enum RecordError {
    /** The record's shard had no capacity left: {@code ProvisionedThroughputExceededException}. */
    PROVISIONED_THROUGHPUT_EXCEEDED("ProvisionedThroughputExceededException"),

    /** The service failed: {@code InternalFailure}. */
    INTERNAL_FAILURE("InternalFailure");

    private final String code;

    RecordError(String code) {
        this.code = code;
    }

    /**
     * The code as {@code PutRecordsResultEntry.errorCode()} gives it.
     *
     * @return the service's error code
     */
    public String code() {
        return code;
    }
}
