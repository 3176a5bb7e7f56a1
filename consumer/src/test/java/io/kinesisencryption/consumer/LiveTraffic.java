// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * Producers that never pause. Each has a thread and keys of its own, and numbers the records of each key; how it writes can be changed at any time,
 * between two records, as a restart of the producer would. The data of a record is its key, a colon and its number.
 */
final class LiveTraffic implements AutoCloseable {
    private static final int KEYS = 6;
    private static final Duration BETWEEN_RECORDS = Duration.ofMillis(5);
    private static final String STREAM = Records.ORDERS.name();

    /** How a producer writes. What was put is in the stream, in the order of its keys, when it is closed. */
    interface Writer extends AutoCloseable {
        void put(String key, byte[] data);

        @Override
        void close();
    }

    private final List<Producer> producers = new ArrayList<>();

    /** Starts a producer. */
    Producer start(Writer writer) {
        Producer producer = new Producer("producer-" + producers.size(), writer);
        producers.add(producer);
        producer.thread.start();
        return producer;
    }

    /** How many records of each key were put so far. */
    Map<String, Integer> sent() {
        Map<String, Integer> sent = new TreeMap<>();
        producers.forEach(producer -> sent.putAll(producer.sent()));
        return sent;
    }

    /** Ends all producers; everything that they put is in the stream then. */
    @Override
    public void close() {
        producers.forEach(Producer::close);
    }

    /** One producer. Thread-safe. */
    static final class Producer {
        private final Map<String, Integer> sent = new TreeMap<>();
        private final Thread thread;
        private Writer writer;
        private boolean closed;
        private Throwable failure;

        private Producer(String name, Writer writer) {
            this.writer = writer;
            this.thread = new Thread(() -> run(name), name);
            thread.setDaemon(true);
        }

        private void run(String name) {
            for (int i = 0; putNext("%s-key-%d".formatted(name, i % KEYS)); i++) {
                LockSupport.parkNanos(BETWEEN_RECORDS.toNanos());
            }
        }

        private synchronized boolean putNext(String key) {
            if (closed || failure != null) {
                return false;
            }
            try {
                int number = sent.getOrDefault(key, 0);
                writer.put(key, "%s:%d".formatted(key, number).getBytes(StandardCharsets.UTF_8));
                sent.put(key, number + 1);
            } catch (Throwable e) {
                failure = e;
            }
            return true;
        }

        private synchronized Map<String, Integer> sent() {
            if (failure != null) {
                throw new AssertionError("A producer failed", failure);
            }
            return Map.copyOf(sent);
        }

        /** Writes otherwise from now on. */
        synchronized void change(Writer next) {
            writer.close();
            writer = next;
        }

        private synchronized void close() {
            if (!closed) {
                closed = true;
                writer.close();
            }
        }
    }

    /** Records one by one, by a client that encrypts or does not. */
    static Writer single(KinesisClient client) {
        return new Writer() {
            @Override
            public void put(String key, byte[] data) {
                var unused = client.putRecord(
                        r -> r.streamName(STREAM).partitionKey(key).data(SdkBytes.fromByteArray(data)));
            }

            @Override
            public void close() {}
        };
    }

    static Writer dropIn(InMemoryKinesis kinesis, KinesisEncryption encryption, EncryptorOptions options) {
        return single(EncryptingKinesisClient.builder(kinesis.client(), encryption)
                .encryptorOptions(options)
                .build());
    }

    static Writer batching(InMemoryKinesis kinesis, KinesisEncryption encryption, EncryptorOptions options) {
        BatchingProducer producer = BatchingProducer.builder(kinesis.asyncClient(), encryption).stream(STREAM)
                .encryptorOptions(options)
                .linger(Duration.ofMillis(50))
                .build();
        return new Writer() {
            private volatile Throwable failure;

            @Override
            public void put(String key, byte[] data) {
                var unused = producer.put(key, data)
                        .whenComplete((receipt, thrown) -> failure = thrown == null ? failure : thrown);
                check();
            }

            @Override
            public void close() {
                producer.close();
                check();
            }

            private void check() {
                if (failure != null) {
                    throw new AssertionError("A record was given up", failure);
                }
            }
        };
    }

    /** Aggregates as the Kinesis Producer Library makes them: of user records whose keys all belong to one shard. */
    static Writer kpl(KinesisClient client) {
        return new KplWriter(client);
    }

    private static final class KplWriter implements Writer {
        private static final int OF_EACH = 5;

        private final KinesisClient client;
        private final Map<BigInteger, List<Map.Entry<String, byte[]>>> open = new HashMap<>();

        KplWriter(KinesisClient client) {
            this.client = client;
        }

        @Override
        public void put(String key, byte[] data) {
            BigInteger shard = hashOf(key).divide(SchedulerFixture.SHARD_WIDTH);
            List<Map.Entry<String, byte[]>> aggregate = open.computeIfAbsent(shard, any -> new ArrayList<>());
            aggregate.add(Map.entry(key, data));
            if (aggregate.size() == OF_EACH) {
                flush(shard);
            }
        }

        @Override
        public void close() {
            List.copyOf(open.keySet()).forEach(this::flush);
        }

        private void flush(BigInteger shard) {
            List<Map.Entry<String, byte[]>> userRecords = open.remove(shard);
            AggregateWriter aggregate = new AggregateWriter(AggregateFraming.KPL);
            userRecords.forEach(record -> aggregate.add(record.getKey(), null, record.getValue()));
            var unused = client.putRecord(r -> r.streamName(STREAM)
                    .partitionKey("a")
                    .explicitHashKey(
                            shard.multiply(SchedulerFixture.SHARD_WIDTH).toString())
                    .data(SdkBytes.fromByteArray(aggregate.toByteArray())));
        }

        private static BigInteger hashOf(String key) {
            try {
                return new BigInteger(1, MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
