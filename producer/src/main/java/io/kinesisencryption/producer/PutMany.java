// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.internal.logging.SafeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * A PutRecords: sent as one call if it is within the limits of one, or else as several, in order. The answer has the request's size and order.
 */
final class PutMany implements Put<PutRecordsRequest, PutRecordsResponse> {
    /** One of the two codes that PutRecords gives a record; the other one means throttling. */
    private static final String FAILED = "InternalFailure";

    private final PutRecordsRequest request;
    private final int maxRequestSizeBytes;
    private final List<UserRecord> records;
    private final List<List<PutRecordsRequestEntry>> calls = new ArrayList<>();
    private final List<PutRecordsResultEntry> results = new ArrayList<>();
    private @Nullable PutRecordsResponse first;
    private int failedRecords;

    /**
     * Begins one.
     *
     * @param request with at least one record
     * @throws software.amazon.awssdk.core.exception.SdkClientException if a record is null or has no data
     */
    PutMany(PutRecordsRequest request, int maxRequestSizeBytes) {
        this.request = request;
        this.maxRequestSizeBytes = maxRequestSizeBytes;
        this.records = new ArrayList<>(request.records().size());
        for (PutRecordsRequestEntry entry : request.records()) {
            SdkBytes data = entry == null ? null : entry.data();
            if (data == null) {
                throw BoundaryExceptions.refusal("Record %d of the request %s; nothing was sent"
                        .formatted(records.size(), entry == null ? "is null" : "has no data"));
            }
            if (records.isEmpty()) {
                checkPlaintext(data);
            }
            records.add(UserRecord.of(entry.partitionKey(), entry.explicitHashKey(), data.asByteArrayUnsafe()));
        }
    }

    @Override
    public PutRecordsRequest request() {
        return request;
    }

    @Override
    public List<UserRecord> records() {
        return records;
    }

    @Override
    public int largestRecordBytes() {
        return maxRequestSizeBytes;
    }

    @Override
    public void sealed(List<KinesisRecord> sealedRecords) {
        List<PutRecordsRequestEntry> call = new ArrayList<>();
        long sizeBytes = 0;
        for (KinesisRecord record : sealedRecords) {
            long recordSizeBytes = StreamTarget.sizeOf(record.partitionKey(), record.data());
            if (call.size() == Limits.MAX_RECORDS
                    || (!call.isEmpty() && sizeBytes + recordSizeBytes > maxRequestSizeBytes)) {
                calls.add(call);
                call = new ArrayList<>();
                sizeBytes = 0;
            }
            sizeBytes += recordSizeBytes;
            call.add(PutRecordsRequestEntry.builder()
                    .partitionKey(record.partitionKey())
                    .explicitHashKey(record.explicitHashKey())
                    .data(SdkBytes.fromByteArrayUnsafe(record.data()))
                    .build());
        }
        calls.add(call);
    }

    @Override
    public int calls() {
        return calls.size();
    }

    @Override
    public int recordsOf(int call) {
        return calls.get(call).size();
    }

    @Override
    public PutRecordsRequest call(int call, Deadline deadline) {
        PutRecordsRequest.Builder carrying = request.toBuilder().records(calls.get(call));
        if (deadline.isSet()) {
            carrying.overrideConfiguration(overrideConfiguration(deadline));
        }
        return carrying.build();
    }

    @Override
    public void answered(int call, PutRecordsResponse answer) {
        if (calls.size() > 1 && answer.records().size() != recordsOf(call)) {
            // Merged, its answers would stand beside other records.
            throw BoundaryExceptions.refusal("The service answered %d records with %d results"
                    .formatted(recordsOf(call), answer.records().size()));
        }
        if (first == null) {
            first = answer;
        }
        results.addAll(answer.records());
        Integer failed = answer.failedRecordCount();
        failedRecords += failed == null ? 0 : failed;
    }

    @Override
    public void failed(int call, Throwable cause) {
        String reason = SafeLog.messageOf(cause);
        PutRecordsResultEntry failed = failure(
                "The request took %d calls, of which the one with this record failed, so that it may have been written: %s"
                        .formatted(calls.size(), reason));
        PutRecordsResultEntry notSent = failure(
                "The request took %d calls, of which the one with this record was not sent, because an earlier one failed: %s"
                        .formatted(calls.size(), reason));
        for (int i = call; i < calls.size(); i++) {
            for (int j = 0; j < recordsOf(i); j++) {
                results.add(i == call ? failed : notSent);
                failedRecords++;
            }
        }
    }

    private static PutRecordsResultEntry failure(String message) {
        return PutRecordsResultEntry.builder()
                .errorCode(FAILED)
                .errorMessage(message)
                .build();
    }

    /** What the first call was answered with carries the rest: its metadata and the stream's own encryption are the request's. */
    @Override
    public PutRecordsResponse response() {
        PutRecordsResponse answer = Objects.requireNonNull(first, "first");
        return calls.size() == 1
                ? answer
                : answer.toBuilder()
                        .records(results)
                        .failedRecordCount(failedRecords)
                        .build();
    }
}
