// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.ProducerListener.RecordLimitRead;
import io.kinesisencryption.producer.ProducerListener.RecordLimitUnknown;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * How large a stream's records may be: as configured, or 1 MiB, or what the stream says of itself. That is read only for a record that is larger than
 * 1 MiB, by one call for all who wait, and then kept for a while. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html">UpdateMaxRecordSize</a>
 */
final class RecordLimit {
    static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(5);
    static final long FAILURE_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The answer takes milliseconds; a caller without a deadline must not wait for ever. */
    private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int BYTES_PER_KIB = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(RecordLimit.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final StreamIdentity stream;
    private final ClientSettings settings;
    private @Nullable CompletableFuture<Integer> reading;
    private int knownBytes;
    private long knownUntilNanos;
    private boolean warned;

    RecordLimit(StreamIdentity stream, ClientSettings settings) {
        this.stream = stream;
        this.settings = settings;
    }

    /**
     * The limit for a record of some size. The result is shared: wait for it, but do not cancel it.
     *
     * @param sizeBytes the size of the largest record
     * @param request whose credentials are used
     * @param describe asks the service
     * @return completed with the limit in bytes, never exceptionally
     */
    CompletableFuture<Integer> forRecordOf(
            long sizeBytes,
            KinesisRequest request,
            Deadline deadline,
            Function<DescribeStreamSummaryRequest, CompletableFuture<DescribeStreamSummaryResponse>> describe) {
        if (settings.maxRecordSizeBytes() != 0) {
            return CompletableFuture.completedFuture(settings.maxRecordSizeBytes());
        }
        if (sizeBytes <= Limits.DEFAULT_RECORD_BYTES) {
            return CompletableFuture.completedFuture(Limits.DEFAULT_RECORD_BYTES);
        }
        CompletableFuture<Integer> mine;
        lock.lock();
        try {
            if (reading != null) {
                return reading;
            }
            if (knownBytes != 0 && knownUntilNanos - settings.nanoClock().getAsLong() > 0) {
                return CompletableFuture.completedFuture(knownBytes);
            }
            mine = new CompletableFuture<>();
            reading = mine;
        } finally {
            lock.unlock();
        }
        CompletableFuture<DescribeStreamSummaryResponse> answer;
        try {
            answer = Objects.requireNonNull(
                    describe.apply(describeRequest(request, deadline)), "The client gave no future");
        } catch (RuntimeException | Error e) {
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((response, error) -> ended(mine, response, error));
        return mine;
    }

    private DescribeStreamSummaryRequest describeRequest(KinesisRequest request, Deadline deadline) {
        DescribeStreamSummaryRequest.Builder describe = DescribeStreamSummaryRequest.builder();
        String arn = stream.arn();
        if (arn == null) {
            describe.streamName(stream.name());
        } else {
            describe.streamARN(arn);
        }
        // The credentials of the request may be all that there are. The rest of its configuration is for the call that
        // it was made for.
        AwsRequestOverrideConfiguration.Builder credentials = AwsRequestOverrideConfiguration.builder();
        request.overrideConfiguration()
                .flatMap(AwsRequestOverrideConfiguration::credentialsIdentityProvider)
                .ifPresent(credentials::credentialsProvider);
        return describe.overrideConfiguration(deadline.bound(credentials.build(), READ_NANOS))
                .build();
    }

    private void ended(
            CompletableFuture<Integer> mine,
            @Nullable DescribeStreamSummaryResponse response,
            @Nullable Throwable error) {
        Integer readBytes = error == null && response != null ? limitOf(response) : null;
        boolean read = readBytes != null;
        int limitBytes = readBytes != null ? readBytes : Limits.DEFAULT_RECORD_BYTES;
        boolean warn;
        lock.lock();
        try {
            reading = null;
            // An interrupt is the answer for its own thread alone.
            knownBytes = error instanceof AbortedException ? 0 : limitBytes;
            knownUntilNanos = settings.nanoClock().getAsLong() + (read ? KEPT_NANOS : FAILURE_KEPT_NANOS);
            warn = !read && !warned;
            warned |= !read;
        } finally {
            lock.unlock();
        }
        if (read) {
            settings.listener().tell(ProducerListener::onRecordLimitRead, new RecordLimitRead(stream, limitBytes));
        } else {
            Throwable cause = error == null
                    ? new IllegalStateException("The service gave no answer")
                    : BoundaryExceptions.unwrapped(error);
            if (warn) {
                LOG.warn(
                        "How large a record the stream {} takes could not be read, so 1 MiB is taken for it; allow kinesis:DescribeStreamSummary or set maxRecordSizeBytes",
                        stream,
                        cause);
            }
            settings.listener()
                    .tell(ProducerListener::onRecordLimitUnknown, new RecordLimitUnknown(stream, limitBytes, cause));
        }
        mine.complete(limitBytes);
    }

    private static int limitOf(DescribeStreamSummaryResponse response) {
        StreamDescriptionSummary description = response.streamDescriptionSummary();
        Integer maxKib = description == null ? null : description.maxRecordSizeInKiB();
        return maxKib == null ? Limits.DEFAULT_RECORD_BYTES : maxKib * BYTES_PER_KIB;
    }
}
