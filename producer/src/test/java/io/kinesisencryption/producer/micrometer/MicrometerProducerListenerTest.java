// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.ProducerListener.Acknowledged;
import io.kinesisencryption.producer.ProducerListener.AggregateSealed;
import io.kinesisencryption.producer.ProducerListener.GivenUp;
import io.kinesisencryption.producer.ProducerListener.PartFailed;
import io.kinesisencryption.producer.ProducerListener.PutEnded;
import io.kinesisencryption.producer.ProducerListener.PutStarted;
import io.kinesisencryption.producer.ProducerListener.RecordLimitRead;
import io.kinesisencryption.producer.ProducerListener.RecordLimitUnknown;
import io.kinesisencryption.producer.ProducerListener.RecordRefused;
import io.kinesisencryption.producer.ProducerListener.RequestEncrypted;
import io.kinesisencryption.producer.ProducerListener.RequestSplit;
import io.kinesisencryption.producer.ProducerListener.Retry;
import io.kinesisencryption.producer.ProducerListener.SlicesChosen;
import io.kinesisencryption.producer.ProducerListener.Stage;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.testkit.docs.DocumentedMeters;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

class MicrometerProducerListenerTest {
    private static final StreamIdentity ORDERS = StreamIdentity.of("orders");
    private static final String NAMES = "kinesis\\.encryption\\.producer\\.[a-z.]+";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerProducerListener metrics = MicrometerProducerListener.of(registry);
    private final InMemoryKinesis kinesis = InMemoryKinesis.create();
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("tests", "key", new byte[32]))
            .build();

    private BatchingProducer producer() {
        return BatchingProducer.builder(kinesis.asyncClient(), encryption).stream("orders")
                .listener(metrics)
                .build();
    }

    private double count(String name, String... tags) {
        return registry.get("kinesis.encryption.producer." + name)
                .tags(tags)
                .counter()
                .count();
    }

    @Test
    void aBatchingProducerIsMeasured() {
        kinesis.createStream("orders", 1);
        try (BatchingProducer producer = producer()) {
            metrics.watch(producer);
            CompletableFuture.allOf(IntStream.range(0, 100)
                            .mapToObj(i -> producer.put("key", new byte[100]))
                            .toArray(CompletableFuture[]::new))
                    .join();
            assertThat(count("acknowledged", "stream", "orders")).isEqualTo(100);
            assertThat(count("data.bytes", "stream", "orders")).isEqualTo(10_000);
            assertThat(count("envelope.bytes", "stream", "orders")).isGreaterThan(10_000);
            assertThat(registry.get("kinesis.encryption.producer.buffer.records")
                            .gauge()
                            .value())
                    .isZero();
        }
    }

    @Test
    void aDropInClientIsMeasured() {
        kinesis.createStream("orders", 1);
        EncryptingKinesisClient client = EncryptingKinesisClient.builder(kinesis.client(), encryption)
                .listener(metrics)
                .build();
        client.putRecord(request ->
                request.streamName("orders").partitionKey("key").data(SdkBytes.fromByteArray(new byte[100])));
        assertThat(count("client.records", "stream", "orders")).isEqualTo(1);
        assertThat(count("client.plain.bytes", "stream", "orders")).isEqualTo(103);
        assertThat(count("client.sealed.bytes", "stream", "orders")).isGreaterThan(103);
    }

    @Test
    void beyondAHundredStreamsTheOthersAreCountedTogether() {
        for (int i = 0; i < 150; i++) {
            metrics.onAcknowledged(new Acknowledged(StreamIdentity.of("stream-" + i), 1, 1, Duration.ZERO));
        }
        assertThat(count("acknowledged", "stream", "(other)")).isEqualTo(50);
        assertThat(registry.find("kinesis.encryption.producer.acknowledged").counters())
                .hasSize(101);
    }

    @Test
    void everyMeterIsInTheTableOfTheDocumentationAndEveryRowOfItIsAMeter() throws IOException {
        tellEverything(metrics);
        kinesis.createStream("orders", 1);
        try (BatchingProducer producer = producer()) {
            metrics.watch(producer);
            DocumentedMeters.assertAreExactly(registry.getMeters(), NAMES);
        }
    }

    @Test
    void everyEventIsMeasured() {
        Set<String> told = new TreeSet<>();
        tellEverything((ProducerListener) Proxy.newProxyInstance(
                ProducerListener.class.getClassLoader(),
                new Class<?>[] {ProducerListener.class},
                (proxy, method, args) -> {
                    told.add(method.getName());
                    return null;
                }));
        assertThat(told).isEqualTo(events(ProducerListener.class));
        assertThat(events(MicrometerProducerListener.class)).isEqualTo(told);
    }

    private static Set<String> events(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .map(Method::getName)
                .filter(name -> name.startsWith("on"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void tellEverything(ProducerListener listener) {
        IllegalStateException failure = new IllegalStateException("failed");
        listener.onRequestEncrypted(new RequestEncrypted(ORDERS, 1, 1, 2, 1000));
        listener.onRequestSplit(new RequestSplit(ORDERS, 2, 2));
        listener.onPartFailed(new PartFailed(ORDERS, 2, 2, 1, 0, failure));
        listener.onRecordRefused(new RecordRefused(ORDERS, 0, 2, 1));
        listener.onRecordLimitRead(new RecordLimitRead(ORDERS, 1));
        listener.onRecordLimitUnknown(new RecordLimitUnknown(ORDERS, 1, failure));
        listener.onSlicesChosen(new SlicesChosen(ORDERS, 1, 8));
        listener.onAggregateSealed(
                new AggregateSealed(ORDERS, 1, 1, 2, Duration.ofNanos(1), Duration.ofNanos(1), true));
        listener.onPutStarted(new PutStarted(ORDERS, 1, 1));
        listener.onPutEnded(new PutEnded(ORDERS, 3, 1, 1, Duration.ofNanos(1), null));
        listener.onPutEnded(new PutEnded(ORDERS, 1, 0, 0, Duration.ofNanos(1), failure));
        listener.onRetry(new Retry(ORDERS, Stage.PUT, 1, Duration.ofNanos(1)));
        listener.onAcknowledged(new Acknowledged(ORDERS, 1, 1, Duration.ofNanos(1)));
        listener.onGivenUp(new GivenUp(ORDERS, 1, true, failure));
    }
}
