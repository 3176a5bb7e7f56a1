// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.ConsumerDescription;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;

/** A registered fan-out consumer of a stream and its subscriptions, at most one a shard. Thread-safe. */
final class FanOutConsumer {
    private final String name;
    private final String arn;
    private final Stream stream;
    private final Instant createdAt;
    private final Map<Integer, ShardSubscription> subscriptions = new HashMap<>();

    FanOutConsumer(String name, Stream stream, Instant createdAt) {
        this.name = name;
        this.stream = stream;
        this.createdAt = createdAt;
        this.arn = stream.arn() + "/consumer/" + name + ":" + createdAt.getEpochSecond();
    }

    String name() {
        return name;
    }

    String arn() {
        return arn;
    }

    Stream stream() {
        return stream;
    }

    /**
     * Makes {@code next} the subscription of its shard. One that is in force gives way if it is at least five seconds old.
     *
     * @throws ServiceError ResourceInUseException if it is younger
     */
    void subscribe(ShardSubscription next) {
        ShardSubscription earlier;
        synchronized (subscriptions) {
            earlier = subscriptions.get(next.shard().index());
            if (earlier != null && earlier.isActive() && earlier.isTooYoungToReplace()) {
                throw new ServiceError(
                        ErrorCode.RESOURCE_IN_USE,
                        "Another active subscription exists for this consumer: " + arn + " on shard "
                                + next.shard().id());
            }
            subscriptions.put(next.shard().index(), next);
        }
        if (earlier != null) {
            earlier.supersede();
        }
    }

    /** Ends all subscriptions, as when the consumer or its stream is deleted. */
    void endSubscriptions() {
        List<ShardSubscription> ending;
        synchronized (subscriptions) {
            ending = new ArrayList<>(subscriptions.values());
            subscriptions.clear();
        }
        ending.forEach(ShardSubscription::end);
    }

    Consumer toSdk() {
        return Consumer.builder()
                .consumerName(name)
                .consumerARN(arn)
                .consumerStatus(ConsumerStatus.ACTIVE)
                .consumerCreationTimestamp(createdAt)
                .build();
    }

    ConsumerDescription toDescription() {
        return ConsumerDescription.builder()
                .consumerName(name)
                .consumerARN(arn)
                .consumerStatus(ConsumerStatus.ACTIVE)
                .consumerCreationTimestamp(createdAt)
                .streamARN(stream.arn())
                .build();
    }
}
