// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.List;
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

/** One record sealed and opened, under a key that is there. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // The harness calls the setup first.
public class RecordBenchmark {
    /** Where ciphers come from. */
    @Param("DEFAULT")
    public JcaProvider provider;

    /** The size of the record's data in bytes. */
    @Param({"100", "1024", "102400"})
    public int size;

    private PlainGcm plain;
    private Owner owner;
    private RecordEncryptor encryptor;
    private RecordDecryptor decryptor;
    private UserRecord record;
    private byte[] plainSealed;
    private KinesisRecord sealed;
    private RecordEncryptor sdkEncryptor;
    private KinesisRecord sdkSealed;
    private LegacySdk legacySdk;
    private byte[] legacySdkSealed;

    /** Makes everything. */
    @Setup
    public void setUp() throws GeneralSecurityException {
        Provider jca = provider.install();
        record = Samples.record(size);
        plain = new PlainGcm(jca).warmedUp();
        plainSealed = plain.sealOnce(record.data());
        owner = new Owner(jca);
        encryptor = owner.encryptor(EnvelopeFormat.COMPACT, PayloadKind.RECORD);
        decryptor = owner.decryptor();
        sealed = encryptor.encrypt(record);
        sdkEncryptor = owner.encryptor(EnvelopeFormat.AWS_ENCRYPTION_SDK, PayloadKind.RECORD);
        sdkSealed = sdkEncryptor.encrypt(record);
        legacySdk = new LegacySdk(size);
        legacySdkSealed = legacySdk.seal(record.data());
    }

    /** Ends what {@link #setUp} began. */
    @TearDown
    public void tearDown() {
        owner.close();
    }

    /** AES-GCM alone. */
    @Benchmark
    public byte[] plainSeal() throws GeneralSecurityException {
        return plain.seal(record.data());
    }

    /** AES-GCM alone. */
    @Benchmark
    public byte[] plainOpen() throws GeneralSecurityException {
        return plain.open(plainSealed);
    }

    /** A COMPACT record. */
    @Benchmark
    public KinesisRecord compactSeal() {
        return encryptor.encrypt(record);
    }

    /** A COMPACT record. */
    @Benchmark
    public List<UserRecord> compactOpen() {
        return decryptor.decrypt(sealed);
    }

    /** An Encryption SDK message. */
    @Benchmark
    public KinesisRecord encryptionSdkSeal() {
        return sdkEncryptor.encrypt(record);
    }

    /** An Encryption SDK message. */
    @Benchmark
    public List<UserRecord> encryptionSdkOpen() {
        return decryptor.decrypt(sdkSealed);
    }

    /** An Encryption SDK message as its users make it who cache. */
    @Benchmark
    public byte[] legacySdkSeal() {
        return legacySdk.seal(record.data());
    }

    /** An Encryption SDK message as its users open it who cache. */
    @Benchmark
    public byte[] legacySdkOpen() {
        return legacySdk.open(legacySdkSealed);
    }
}
