// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerResponse;

/** Registration of fan-out consumers. A consumer is ACTIVE at once. Thread-safe. */
final class ConsumerApi {
    static final int MAX_CONSUMERS = 20;

    private static final Pattern CONSUMER_NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
    private static final String CONSUMER_MARK = "/consumer/";
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 10_000;

    private final Account account;

    ConsumerApi(Account account) {
        this.account = account;
    }

    RegisterStreamConsumerResponse.Builder register(RegisterStreamConsumerRequest request) {
        Stream stream = account.resolve(null, request.streamARN());
        String name = request.consumerName();
        if (name == null || !CONSUMER_NAME.matcher(name).matches()) {
            throw ServiceError.constraint(
                    "consumerName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+ of at most 128 characters");
        }
        FanOutConsumer consumer = new FanOutConsumer(
                name, stream, Instant.ofEpochMilli(account.clock().millis()));
        synchronized (stream.consumers()) {
            if (stream.consumers().containsKey(name)) {
                throw new ServiceError(
                        ErrorCode.RESOURCE_IN_USE,
                        "Consumer " + name + " under stream " + stream.arn() + " already exists.");
            }
            if (stream.consumers().size() >= MAX_CONSUMERS) {
                throw new ServiceError(
                        ErrorCode.LIMIT_EXCEEDED,
                        "Stream " + stream.name() + " has its maximum of " + MAX_CONSUMERS + " consumers already.");
            }
            stream.consumers().put(name, consumer);
        }
        return RegisterStreamConsumerResponse.builder().consumer(consumer.toSdk());
    }

    DescribeStreamConsumerResponse.Builder describe(DescribeStreamConsumerRequest request) {
        FanOutConsumer consumer = find(request.streamARN(), request.consumerName(), request.consumerARN());
        return DescribeStreamConsumerResponse.builder().consumerDescription(consumer.toDescription());
    }

    DeregisterStreamConsumerResponse.Builder deregister(DeregisterStreamConsumerRequest request) {
        FanOutConsumer consumer = find(request.streamARN(), request.consumerName(), request.consumerARN());
        consumer.stream().consumers().remove(consumer.name(), consumer);
        consumer.endSubscriptions();
        return DeregisterStreamConsumerResponse.builder();
    }

    ListStreamConsumersResponse.Builder list(ListStreamConsumersRequest request) {
        Stream stream = account.resolve(null, request.streamARN());
        int limit = Numbers.orDefault("maxResults", request.maxResults(), DEFAULT_PAGE, 1, MAX_PAGE);
        String token = request.nextToken();
        String after = token == null ? "" : NextTokens.decodeName(token, account.clock());
        List<FanOutConsumer> following = List.copyOf(
                new TreeMap<>(stream.consumers()).tailMap(after, false).values());
        List<FanOutConsumer> page = following.subList(0, Math.min(limit, following.size()));
        ListStreamConsumersResponse.Builder response = ListStreamConsumersResponse.builder()
                .consumers(page.stream().map(FanOutConsumer::toSdk).toList());
        if (page.size() == following.size()) {
            return response;
        }
        return response.nextToken(
                NextTokens.encodeName(page.get(page.size() - 1).name(), account.clock()));
    }

    /** The consumer of an ARN, or of a stream's ARN and a name. */
    FanOutConsumer find(@Nullable String streamArn, @Nullable String name, @Nullable String consumerArn) {
        if (consumerArn == null) {
            if (streamArn == null || name == null) {
                throw ServiceError.invalidArgument(
                        "Either ConsumerARN or both StreamARN and ConsumerName must be provided.");
            }
            FanOutConsumer consumer =
                    account.resolve(null, streamArn).consumers().get(name);
            if (consumer == null) {
                throw account.notFound("Consumer " + name + " of stream " + streamArn);
            }
            return consumer;
        }
        // The last one: the stream may be called "consumer".
        int mark = consumerArn.lastIndexOf(CONSUMER_MARK);
        if (mark < 0) {
            throw ServiceError.constraint(
                    "consumerARN",
                    "satisfy regular expression pattern: ^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+"
                            + "\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+");
        }
        Stream stream = account.resolve(null, consumerArn.substring(0, mark));
        return stream.consumers().values().stream()
                .filter(consumer -> consumer.arn().equals(consumerArn))
                .findFirst()
                .orElseThrow(() -> account.notFound("Consumer " + consumerArn));
    }
}
