// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/**
 * Stands between a subscription and the application's handler. The handler hears of the end only after its subscriber has the last event, which may still be
 * under way when the SDK is done.
 */
final class DecryptingHandler implements SubscribeToShardResponseHandler {
    private final SubscribeToShardResponseHandler delegate;
    private final ShardReader reader;
    private final ReadEnvironment environment;
    private final AtomicReference<@Nullable EventDecryption> first = new AtomicReference<>();

    /** Done once all are told of the end who waited for it. The service's signals come one after the other. */
    private volatile @Nullable CompletableFuture<Void> told;

    DecryptingHandler(SubscribeToShardResponseHandler delegate, ShardReader reader, ReadEnvironment environment) {
        this.delegate = delegate;
        this.reader = reader;
        this.environment = environment;
    }

    @Override
    public void responseReceived(SubscribeToShardResponse response) {
        delegate.responseReceived(response);
    }

    @Override
    public void onEventStream(SdkPublisher<SubscribeToShardEventStream> events) {
        delegate.onEventStream(subscriber -> {
            EventDecryption decryption = new EventDecryption(subscriber, reader, environment);
            // The SDK refuses every further subscriber, and tells it so.
            first.compareAndSet(null, decryption);
            events.subscribe(decryption);
        });
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        callFailed(error);
        afterTheEvents(own -> delegate.exceptionOccurred(own == null ? error : own));
    }

    @Override
    public void complete() {
        afterTheEvents(own -> {
            if (own == null) {
                delegate.complete();
            } else {
                delegate.exceptionOccurred(own);
            }
        });
    }

    /** Ends the future of the call as the call ended, or with what ended it here. */
    void settle(CompletableFuture<Void> result, @Nullable Throwable error) {
        if (error != null) {
            callFailed(error);
        }
        afterTheEvents(own -> {
            Throwable failure = own == null ? error : own;
            if (failure == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(ReadFailures.unwrap(failure));
            }
        });
    }

    /** Where the call alone is told of its failure, as it is when it is cancelled, the events would otherwise be waited for in vain. */
    private void callFailed(Throwable error) {
        EventDecryption decryption = first.get();
        if (decryption != null) {
            decryption.callFailed(ReadFailures.unwrap(error));
        }
    }

    private void afterTheEvents(Consumer<@Nullable Throwable> action) {
        EventDecryption decryption = first.get();
        if (decryption == null) {
            action.accept(null);
        } else {
            CompletableFuture<Void> before = told;
            // One after the other, whatever the one before threw: a future runs what waits for it in the reverse order.
            told = (before == null ? decryption.ended() : before)
                    .whenComplete((nothing, error) -> action.accept(decryption.failure()));
        }
    }
}
