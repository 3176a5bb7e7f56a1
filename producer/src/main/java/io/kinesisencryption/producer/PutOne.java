// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;

/** A PutRecord: one record, one call. */
final class PutOne implements Put<PutRecordRequest, PutRecordResponse> {
    private final PutRecordRequest request;
    private final List<UserRecord> records;
    private @Nullable PutRecordRequest sealed;
    private @Nullable PutRecordResponse response;

    /**
     * Begins one.
     *
     * @throws software.amazon.awssdk.core.exception.SdkClientException if the request has no data
     */
    PutOne(PutRecordRequest request) {
        this.request = request;
        SdkBytes data = request.data();
        if (data == null) {
            throw BoundaryExceptions.refusal("The record has no data");
        }
        checkPlaintext(data);
        this.records =
                List.of(UserRecord.of(request.partitionKey(), request.explicitHashKey(), data.asByteArrayUnsafe()));
    }

    @Override
    public PutRecordRequest request() {
        return request;
    }

    @Override
    public List<UserRecord> records() {
        return records;
    }

    @Override
    public int largestRecordBytes() {
        return Limits.LARGEST_RECORD_BYTES;
    }

    @Override
    public void sealed(List<KinesisRecord> sealedRecords) {
        KinesisRecord record = sealedRecords.get(0);
        sealed = request.toBuilder()
                .partitionKey(record.partitionKey())
                .explicitHashKey(record.explicitHashKey())
                .data(SdkBytes.fromByteArrayUnsafe(record.data()))
                .build();
    }

    @Override
    public int calls() {
        return 1;
    }

    @Override
    public int recordsOf(int call) {
        return 1;
    }

    @Override
    public PutRecordRequest call(int call, Deadline deadline) {
        PutRecordRequest carrying = Objects.requireNonNull(sealed, "sealed");
        return deadline.isSet()
                ? carrying.toBuilder()
                        .overrideConfiguration(overrideConfiguration(deadline))
                        .build()
                : carrying;
    }

    @Override
    public void answered(int call, PutRecordResponse answer) {
        response = answer;
    }

    @Override
    public void failed(int call, Throwable cause) {
        throw new IllegalStateException("A request of one call fails as a whole", cause);
    }

    @Override
    public PutRecordResponse response() {
        return Objects.requireNonNull(response, "response");
    }
}
