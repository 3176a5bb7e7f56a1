// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** A call of PutRecords that is under way. It ends once, by the client's answer or because it is given up. Not thread-safe. */
final class Call {
    private final long startedNanos;
    private List<Aggregate> batch;
    private @Nullable CompletableFuture<PutRecordsResponse> future;

    /** Who is told of the end. */
    @FunctionalInterface
    interface End {
        /** Either a response or a failure. */
        void ended(Call call, @Nullable PutRecordsResponse response, @Nullable Throwable failure);
    }

    Call(List<Aggregate> batch, long startedNanos) {
        this.batch = batch;
        this.startedNanos = startedNanos;
    }

    long startedNanos() {
        return startedNanos;
    }

    void started(CompletableFuture<PutRecordsResponse> answer, Engine engine, End end) {
        future = answer;
        var unused = answer.whenComplete((response, failure) -> engine.later(() -> end.ended(this, response, failure)));
    }

    /** What it carried, once; the timer that watches over the call must not keep the ciphertexts in memory. */
    List<Aggregate> end() {
        List<Aggregate> carried = batch;
        batch = List.of();
        future = null;
        return carried;
    }

    /** Ends it if it has not ended. */
    void giveUp(End end) {
        if (!batch.isEmpty()) {
            cancel();
            end.ended(this, null, new TimeoutException("The client did not end the call in its time"));
        }
    }

    void cancel() {
        if (future != null) {
            future.cancel(true);
        }
    }
}
