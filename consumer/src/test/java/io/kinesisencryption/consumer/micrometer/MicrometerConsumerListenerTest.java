// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.ConsumerListener;
import io.kinesisencryption.consumer.ConsumerListener.BatchReceived;
import io.kinesisencryption.consumer.ConsumerListener.Delivered;
import io.kinesisencryption.consumer.ConsumerListener.Hold;
import io.kinesisencryption.consumer.ConsumerListener.Outcome;
import io.kinesisencryption.consumer.ConsumerListener.Passage;
import io.kinesisencryption.consumer.ConsumerListener.PassedRecord;
import io.kinesisencryption.consumer.ConsumerListener.RecordFailure;
import io.kinesisencryption.consumer.ConsumerListener.ShardHalted;
import io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory;
import io.kinesisencryption.consumer.policy.FailureDecision;
import io.kinesisencryption.consumer.policy.HoldReason;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.docs.DocumentedMeters;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

@Timeout(240)
class MicrometerConsumerListenerTest {
    private static final String PREFIX = "kinesis.encryption.consumer.";
    private static final StreamIdentity ORDERS = StreamIdentity.of("orders");
    private static final String NAMES = "kinesis\\.encryption\\.consumer\\.[a-z.]+";

    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final MicrometerConsumerListener metrics = MicrometerConsumerListener.of(registry);
    private final KinesisEncryption encryption = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes("tests", "key", new byte[32]))
            .build();

    private double count(String name, String... tags) {
        return registry.get(PREFIX + name).tags(tags).counter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(PREFIX + name).tags(tags).gauge().value();
    }

    private DecryptingShardRecordProcessorFactory factory(ConsumerListener listener) {
        return DecryptingShardRecordProcessorFactory.builder(Ignoring::new, encryption)
                .listener(listener)
                .build();
    }

    private static KinesisClientRecord record(int number, byte[] data, Instant arrival) {
        return KinesisClientRecord.builder()
                .sequenceNumber(Integer.toString(number))
                .partitionKey("key")
                .approximateArrivalTimestamp(arrival)
                .data(ByteBuffer.wrap(data))
                .build();
    }

    /** A shard that comes to plaintext after a record, as an application sees it from outside. */
    @Test
    void aShardThatWaitsIsSeenWithItsReasonAndForHowLong() throws Exception {
        Instant arrival = Instant.now().minusSeconds(3_600);
        byte[] sealed = encryption
                .encryptor(ORDERS)
                .encrypt(UserRecord.of("key", new byte[100]))
                .data();
        byte[] plaintext = "{}".getBytes(StandardCharsets.UTF_8);
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch halted = new CountDownLatch(1);
        // Events come in their order, so the meters have been told of one once the latch is.
        DecryptingShardRecordProcessorFactory factory = factory(both(metrics, new ConsumerListener() {
            @Override
            public void onHoldStarted(Hold hold) {
                waits.countDown();
            }

            @Override
            public void onShardHalted(ShardHalted shard) {
                halted.countDown();
            }
        }));
        metrics.watch(factory);
        ShardRecordProcessor processor =
                factory.shardRecordProcessor(StreamIdentifier.singleStreamInstance(ORDERS.name()));
        Thread kcl = new Thread(() -> {
            processor.initialize(InitializationInput.builder()
                    .shardId("shard")
                    .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                    .build());
            processor.processRecords(ProcessRecordsInput.builder()
                    .records(List.of(
                            record(1, sealed, arrival), record(2, plaintext, arrival), record(3, sealed, arrival)))
                    .millisBehindLatest(5_000L)
                    .build());
        });
        kcl.start();
        assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();
        Instant since = factory.holds().get(0).since();
        clock.add(Duration.ofMillis(since.toEpochMilli() + 90_001 - clock.wallTime()));

        assertThat(gauge("shards.waiting", "reason", "BAD_RECORD")).isEqualTo(1);
        assertThat(gauge("shards.waiting", "reason", "KEY_REFUSED")).isZero();
        assertThat(registry.get(PREFIX + "wait.longest").timeGauge().value(TimeUnit.SECONDS))
                .isBetween(90.0, 90.002);
        assertThat(registry.get(PREFIX + "waiting.record.age").timeGauge().value(TimeUnit.SECONDS))
                .isGreaterThanOrEqualTo(3_690);
        assertThat(gauge("records.held.back")).isEqualTo(2);
        assertThat(gauge("records.in.progress")).isEqualTo(3);
        assertThat(count("received.records", "stream", "orders")).isEqualTo(3);
        assertThat(count("records", "stream", "orders", "kind", "ENCRYPTED")).isEqualTo(1);
        assertThat(count("data.bytes", "stream", "orders")).isEqualTo(100);
        assertThat(count("records.failed", "stream", "orders", "code", "PLAINTEXT_RECORD", "action", "HOLD"))
                .isEqualTo(1);

        factory.stopWaiting();
        kcl.join();
        assertThat(halted.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gauge("shards.waiting", "reason", "BAD_RECORD")).isZero();
        assertThat(gauge("wait.longest")).isZero();
        assertThat(gauge("records.in.progress")).isZero();
        assertThat(count("shards.halted", "stream", "orders")).isEqualTo(1);
        assertThat(registry.get(PREFIX + "holds")
                        .tags("stream", "orders", "reason", "BAD_RECORD", "outcome", "HALTED")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isBetween(90.0, 90.002);
    }

    private static ConsumerListener both(ConsumerListener first, ConsumerListener second) {
        return proxy((proxy, method, arguments) -> {
            method.invoke(first, arguments);
            method.invoke(second, arguments);
            return null;
        });
    }

    private static ConsumerListener proxy(InvocationHandler handler) {
        return (ConsumerListener) Proxy.newProxyInstance(
                ConsumerListener.class.getClassLoader(), new Class<?>[] {ConsumerListener.class}, handler);
    }

    @Test
    void aClockThatWasSetBackMakesNoNegativeTime() {
        metrics.onHoldEnded(hold(Instant.ofEpochMilli(clock.wallTime()).plusSeconds(60)), Outcome.RESUMED);

        assertThat(registry.get(PREFIX + "holds").timer().count()).isEqualTo(1);
        assertThat(registry.get(PREFIX + "holds").timer().totalTime(TimeUnit.SECONDS))
                .isZero();
    }

    @Test
    void beyondAHundredStreamsTheOthersAreCountedTogether() {
        for (int i = 0; i < 150; i++) {
            metrics.onShardHalted(new ShardHalted(StreamIdentity.of("stream-" + i), "shard", null));
        }
        assertThat(count("shards.halted", "stream", "(other)")).isEqualTo(50);
        assertThat(registry.find(PREFIX + "shards.halted").counters()).hasSize(101);
    }

    @Test
    void shardsMakeNoMetersOfTheirOwn() {
        tellEverything(metrics, "shardId-000000000000");
        int meters = registry.getMeters().size();
        tellEverything(metrics, "shardId-000000000001");
        assertThat(registry.getMeters()).hasSize(meters);
    }

    @Test
    void everyMeterIsInTheTableOfTheDocumentationAndEveryRowOfItIsAMeter() throws IOException {
        tellEverything(metrics, "shard");
        DecryptingShardRecordProcessorFactory factory = factory(metrics);
        metrics.watch(factory);
        DocumentedMeters.assertAreExactly(registry.getMeters(), NAMES);
    }

    @Test
    void everyEventIsMeasured() {
        Set<String> told = new TreeSet<>();
        tellEverything(
                proxy((proxy, method, arguments) -> {
                    told.add(method.getName());
                    return null;
                }),
                "shard");
        assertThat(told).isEqualTo(events(ConsumerListener.class));
        assertThat(events(MicrometerConsumerListener.class)).isEqualTo(told);
    }

    private static Set<String> events(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .map(Method::getName)
                .filter(name -> name.startsWith("on"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Hold hold(Instant since) {
        return new Hold(
                ORDERS,
                "shard",
                "1",
                null,
                since,
                1,
                new PlaintextRecordException("plaintext", null),
                HoldReason.BAD_RECORD,
                1);
    }

    private static void tellEverything(ConsumerListener listener, String shard) {
        PlaintextRecordException error = new PlaintextRecordException("plaintext", null);
        FailureDecision decision = new FailureDecision(RecordFailureAction.HOLD, HoldReason.BAD_RECORD);
        listener.onBatchReceived(new BatchReceived(ORDERS, shard, 2, 2, 1, Duration.ZERO, Duration.ZERO));
        listener.onBatchReceived(new BatchReceived(ORDERS, shard, 2, 2, 1, Duration.ZERO, null));
        listener.onDelivered(new Delivered(ORDERS, shard, 2, 1, 2, 2, Duration.ZERO, Duration.ZERO, null));
        listener.onDelivered(new Delivered(ORDERS, shard, 1, 0, 1, 1, Duration.ZERO, Duration.ZERO, error));
        listener.onHoldStarted(hold(Instant.EPOCH));
        listener.onStillHolding(hold(Instant.EPOCH));
        listener.onHoldEnded(hold(Instant.EPOCH), Outcome.RESUMED);
        listener.onRecordFailed(new RecordFailure(ORDERS, shard, "1", error, decision));
        listener.onRecordFailed(new RecordFailure(ORDERS, shard, "1", new IllegalStateException(), decision));
        listener.onRecordPassedOver(new PassedRecord(ORDERS, shard, "1", error, Passage.SKIPPED, false));
        listener.onShardHalted(new ShardHalted(ORDERS, shard, "1"));
    }

    /** An application. */
    private static final class Ignoring implements ShardRecordProcessor {
        @Override
        public void initialize(InitializationInput input) {}

        @Override
        public void processRecords(ProcessRecordsInput input) {}

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {}

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
