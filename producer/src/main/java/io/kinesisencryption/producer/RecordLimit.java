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
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
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

    /** Instead of a limit: who asked could not wait for the answer, so that nothing is known; ask again. */
    static final int ASK_AGAIN = 0;

    /** The answer takes milliseconds; a caller without a deadline must not wait for ever. */
    private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int BYTES_PER_KIB = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(RecordLimit.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final StreamIdentity stream;
    private final ClientSettings settings;
    private @Nullable CompletableFuture<Integer> reading;
    /** What the stream said last, or 0. */
    private int readBytes;

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
     * @param deadline whose request asks the service
     * @param describe asks the service
     * @return completed with the limit in bytes, or with {@link #ASK_AGAIN}; exceptionally only if the service was asked for this caller, whose time
     *     is over or whose thread was interrupted
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
        CompletableFuture<Integer> shared = new CompletableFuture<>();
        lock.lock();
        try {
            if (reading != null) {
                return reading;
            }
            if (knownBytes != 0 && knownUntilNanos - settings.nanoClock().getAsLong() > 0) {
                return CompletableFuture.completedFuture(knownBytes);
            }
            reading = shared;
        } finally {
            lock.unlock();
        }
        CompletableFuture<Integer> own = new CompletableFuture<>();
        boolean hurried = deadline.remainingNanos(READ_NANOS) < READ_NANOS;
        CompletableFuture<DescribeStreamSummaryResponse> answer;
        try {
            answer = Objects.requireNonNull(
                    describe.apply(describeRequest(request, deadline)), "The client gave no future");
        } catch (RuntimeException | Error e) {
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((response, error) -> {
            Throwable cause = error == null ? null : BoundaryExceptions.unwrapped(error);
            if (hurried && cause instanceof ApiCallTimeoutException) {
                abandoned(shared);
                own.completeExceptionally(deadline.exceeded());
            } else if (cause instanceof AbortedException) {
                abandoned(shared);
                own.completeExceptionally(cause);
            } else {
                int limitBytes = ended(shared, response, cause);
                own.complete(limitBytes);
            }
        });
        return own;
    }

    /** What ended the call is about its caller and says nothing of the stream: the others must not take it for an answer. */
    private void abandoned(CompletableFuture<Integer> shared) {
        lock.lock();
        try {
            reading = null;
        } finally {
            lock.unlock();
        }
        shared.complete(ASK_AGAIN);
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

    private int ended(
            CompletableFuture<Integer> shared,
            @Nullable DescribeStreamSummaryResponse response,
            @Nullable Throwable error) {
        boolean read = error == null && response != null;
        int limitBytes;
        boolean warn;
        lock.lock();
        try {
            reading = null;
            if (error == null && response != null) {
                readBytes = limitOf(response);
            }
            // A stream that may not be asked just now takes what it took before.
            limitBytes = readBytes == 0 ? Limits.DEFAULT_RECORD_BYTES : readBytes;
            knownBytes = limitBytes;
            knownUntilNanos = settings.nanoClock().getAsLong() + (read ? KEPT_NANOS : FAILURE_KEPT_NANOS);
            warn = !read && !warned;
            warned |= !read;
        } finally {
            lock.unlock();
        }
        shared.complete(limitBytes);
        if (read) {
            settings.listener().tell(ProducerListener::onRecordLimitRead, new RecordLimitRead(stream, limitBytes));
            return limitBytes;
        }
        Throwable cause = error == null ? new IllegalStateException("The service gave no answer") : error;
        settings.listener()
                .tell(ProducerListener::onRecordLimitUnknown, new RecordLimitUnknown(stream, limitBytes, cause));
        if (warn) {
            LOG.warn(
                    "How large a record the stream {} takes could not be read, so {} bytes are taken for it; allow kinesis:DescribeStreamSummary or set maxRecordSizeBytes",
                    stream,
                    limitBytes,
                    cause);
        }
        return limitBytes;
    }

    private static int limitOf(DescribeStreamSummaryResponse response) {
        StreamDescriptionSummary description = response.streamDescriptionSummary();
        Integer maxKib = description == null ? null : description.maxRecordSizeInKiB();
        return maxKib == null ? Limits.DEFAULT_RECORD_BYTES : maxKib * BYTES_PER_KIB;
    }
}
