// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.keyring.Keyrings;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners and a sink that throw, under a real scheduler: nothing of it reaches KCL, and nothing is lost. */
@Timeout(900)
class ThrowingListenersIT extends SchedulerFixture {
    private final Set<String> called = ConcurrentHashMap.newKeySet();

    /** A listener that throws an Error whatever it is told. */
    private <T> T throwing(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (method.getDeclaringClass() == Object.class) {
                return method.getName().equals("toString") ? "throwing" : method.invoke(this, args);
            }
            called.add(method.getName());
            throw new AssertionError("the listener's");
        }));
    }

    private static List<String> eventsOf(Class<?> listener) {
        return Arrays.stream(listener.getDeclaredMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .toList();
    }

    @Test
    void whatListenersAndASinkThrowStopsNoShardAndLosesNothing() throws Exception {
        // More than there are shards, so that one fails again at least.
        RecordingSink sink = new RecordingSink()
                .failing(
                        new AssertionError("the sink's"),
                        new OutOfMemoryError("simulated"),
                        new IOException("the sink's"),
                        new IllegalStateException("the sink's"),
                        new StackOverflowError("simulated"),
                        new CancellationException("the sink's"));
        Deliveries deliveries = new Deliveries();
        try (KinesisEncryption listened = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(keyArn, kms.client()))
                .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
                .listener(throwing(EncryptionListener.class))
                .build()) {
            DecryptingShardRecordProcessorFactory factory = DecryptingShardRecordProcessorFactory.builder(
                            deliveries::processor, listened)
                    .listener(throwing(ConsumerListener.class))
                    .failurePolicies(FailurePolicies.builder()
                            .deadLetterBadRecords(sink)
                            .plaintext(PlaintextPolicy.ACCEPT)
                            .build())
                    .build();
            try (RunningScheduler scheduler = start(factory)) {
                warmUp(deliveries);
                List<String> bad = putGoodAndBad();

                deliveries.await(allSent());
                Await.until("the sink has the bad ones", () -> sink.letters().size() == bad.size(), sink::letters);
                // The shards still go on behind them, and so does the worker.
                IntStream.range(0, SHARDS).forEach(shard -> put(shard, 5));
                deliveries.await(allSent());

                assertThat(sink.sequenceNumbers()).containsExactlyInAnyOrderElementsOf(bad);
                for (int shard = 0; shard < SHARDS; shard++) {
                    assertThat(deliveries.of(shardId(shard))).containsExactlyElementsOf(sent.get(shard));
                    awaitCheckpoint(scheduler, shard, lastSequenceNumber(shard));
                }
                assertThat(factory.holds()).isEmpty();
                giveUpAShard(factory, sink);
                Set<String> expected = new HashSet<>(eventsOf(ConsumerListener.class));
                expected.addAll(
                        Set.of("onDecrypted", "onFailure", "onKeyLookup", "onKeyLoadStarted", "onKeyLoadEnded"));
                Await.until("the listeners are told of everything", () -> called.containsAll(expected), () -> called);
                assertThat(scheduler.shutdown(EXIT)).as("the scheduler exits").isTrue();
            }
        }
    }

    /** Its listener throws then too; the scheduler has to end all the same. */
    private void giveUpAShard(DecryptingShardRecordProcessorFactory factory, RecordingSink sink) throws Exception {
        sink.onPut(() -> {
            throw new AssertionError("the sink is down for good");
        });
        putGarbage(0, altered());
        Await.until("a shard waits for the sink", () -> !factory.holds().isEmpty(), factory::holds);
        factory.stopWaiting();
        Await.until("the listener is told", () -> called.contains("onShardHalted"), () -> called);
    }

    /** In every shard good records, a bad one, plaintext that is accepted, and good ones; returns the bad ones' numbers. */
    private List<String> putGoodAndBad() {
        List<String> bad = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            put(shard, 3);
            bad.add(putGarbage(shard, altered()));
            putPlaintext(shard, 2);
            put(shard, 3);
        }
        return bad;
    }
}
