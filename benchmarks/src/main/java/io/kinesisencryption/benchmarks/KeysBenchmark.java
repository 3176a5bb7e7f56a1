// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Records of many data keys, opened one after another: as many records for few keys as for many, read from memory in the order in which they lie
 * there, as a batch from the network does; their keys follow in no order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // The harness calls the setup first.
public class KeysBenchmark {
    static final int RECORDS = 100_000;
    static final int SIZE = 1_024;
    static final long SEED = 7;

    /** What the loaded keys take, for {@link CpuTimeProfiler} to report. */
    static volatile long heapBytes;

    /** Where ciphers come from. */
    @Param("DEFAULT")
    public JcaProvider provider;

    /** How many data keys there are. */
    @Param({"1", "300", "100000"})
    public int keys;

    private Owner owner;
    private RecordDecryptor decryptor;
    private KinesisRecord[] records;
    private int next;

    /** Seals the records, loads their keys and weighs those. */
    @Setup
    public void setUp() {
        owner = new Owner(provider.install());
        UserRecord record = Samples.record(SIZE);
        List<KinesisRecord> ofEachKey = owner.underKeysOfTheirOwn(keys, record);
        decryptor = owner.decryptor();
        decryptor.decrypt(
                owner.encryptor(EnvelopeFormat.COMPACT, PayloadKind.RECORD).encrypt(record));
        owner.forgetCalls();
        long before = usedHeap();
        owner.load(decryptor, ofEachKey);
        heapBytes = usedHeap() - before;
        records = interleaved(ofEachKey);
    }

    /** Ends what {@link #setUp} began. */
    @TearDown
    public void tearDown() {
        owner.close();
    }

    /** The next record. */
    @Benchmark
    public List<UserRecord> open() {
        KinesisRecord record = records[next];
        next = next + 1 == RECORDS ? 0 : next + 1;
        return decryptor.decrypt(record);
    }

    /** Which key each record has: all keys as often, in no order. */
    static List<Integer> order(int keys) {
        List<Integer> order = new ArrayList<>(RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            order.add(i % keys);
        }
        Collections.shuffle(order, new Random(SEED));
        return order;
    }

    private static KinesisRecord[] interleaved(List<KinesisRecord> ofEachKey) {
        List<Integer> order = order(ofEachKey.size());
        KinesisRecord[] records = new KinesisRecord[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            KinesisRecord record = ofEachKey.get(order.get(i));
            records[i] = KinesisRecord.of(
                    record.partitionKey(),
                    record.explicitHashKey(),
                    record.data().clone());
        }
        return records;
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
