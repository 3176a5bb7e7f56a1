// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What {@link KeysBenchmark} does, with AES-GCM alone: as many payloads of the same size in the same order under as many keys, whose objects lie where
 * they were made. What a change of key costs here it costs everywhere.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // The harness calls the setup first.
public class PlainKeysBenchmark {
    private static final int KEY_BYTES = 32;

    /** Where ciphers come from. */
    @Param("DEFAULT")
    public JcaProvider provider;

    /** How many keys there are. */
    @Param({"1", "100000"})
    public int keys;

    private PlainGcm plain;
    private SecretKeySpec[] keyOf;
    private byte[][] sealed;
    private int next;

    /** Makes the keys and seals the payloads. */
    @Setup
    public void setUp() throws GeneralSecurityException {
        plain = new PlainGcm(provider.install());
        Random random = new Random(KeysBenchmark.SEED);
        byte[] payload = Samples.bytes(KeysBenchmark.SIZE);
        SecretKeySpec[] made = new SecretKeySpec[keys];
        byte[][] ofEachKey = new byte[keys][];
        for (int i = 0; i < keys; i++) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            made[i] = new SecretKeySpec(key, "AES");
            ofEachKey[i] = plain.sealOnce(payload, made[i]);
        }
        keyOf = new SecretKeySpec[KeysBenchmark.RECORDS];
        sealed = new byte[KeysBenchmark.RECORDS][];
        int at = 0;
        for (int key : KeysBenchmark.order(keys)) {
            keyOf[at] = made[key];
            sealed[at] = ofEachKey[key].clone();
            at++;
        }
    }

    /** The next payload. */
    @Benchmark
    public byte[] open() throws GeneralSecurityException {
        int at = next;
        next = at + 1 == KeysBenchmark.RECORDS ? 0 : at + 1;
        return plain.open(sealed[at], keyOf[at]);
    }
}
