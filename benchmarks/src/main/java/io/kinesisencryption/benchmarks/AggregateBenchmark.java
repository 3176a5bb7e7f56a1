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

/** A thousand user records made into one sealed aggregate, and back; beside it the same bytes of data in one piece. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // The harness calls the setup first.
public class AggregateBenchmark {
    private static final int RECORDS = 1_000;
    private static final int SIZE = 512;
    private static final String WIRE_KEY = "slice-17";

    /** Where ciphers come from. */
    @Param("DEFAULT")
    public JcaProvider provider;

    private PlainGcm plain;
    private Owner owner;
    private RecordEncryptor compact;
    private RecordEncryptor encryptionSdk;
    private RecordDecryptor decryptor;
    private List<UserRecord> records;
    private byte[] data;
    private byte[] plainSealed;
    private KinesisRecord compactSealed;
    private KinesisRecord encryptionSdkSealed;

    /** Makes everything. */
    @Setup
    public void setUp() throws GeneralSecurityException {
        Provider jca = provider.install();
        records = Samples.records(RECORDS, SIZE);
        data = Samples.bytes(RECORDS * SIZE);
        plain = new PlainGcm(jca).warmedUp();
        plainSealed = plain.sealOnce(data);
        owner = new Owner(jca);
        compact = owner.encryptor(EnvelopeFormat.COMPACT, PayloadKind.AGGREGATE);
        encryptionSdk = owner.encryptor(EnvelopeFormat.AWS_ENCRYPTION_SDK, PayloadKind.AGGREGATE);
        decryptor = owner.decryptor();
        compactSealed = compact.encryptAggregate(WIRE_KEY, null, records);
        encryptionSdkSealed = encryptionSdk.encryptAggregate(WIRE_KEY, null, records);
    }

    /** Ends what {@link #setUp} began. */
    @TearDown
    public void tearDown() {
        owner.close();
    }

    /** AES-GCM alone. */
    @Benchmark
    public byte[] plainSeal() throws GeneralSecurityException {
        return plain.seal(data);
    }

    /** AES-GCM alone. */
    @Benchmark
    public byte[] plainOpen() throws GeneralSecurityException {
        return plain.open(plainSealed);
    }

    /** AES-GCM, and the MD5 that a KPL aggregate ends with. */
    @Benchmark
    public byte[] plainSealWithMd5() throws GeneralSecurityException {
        byte[] digest = plain.md5(data);
        byte[] sealed = plain.seal(data);
        sealed[0] ^= digest[0];
        return sealed;
    }

    /** AES-GCM, and the MD5 that the writer of a KPL aggregate has to make; no reader has to look at it. */
    @Benchmark
    public byte[] plainOpenWithMd5() throws GeneralSecurityException {
        byte[] payload = plain.open(plainSealed);
        payload[0] ^= plain.md5(payload)[0];
        return payload;
    }

    /** A COMPACT aggregate. */
    @Benchmark
    public KinesisRecord compactSeal() {
        return compact.encryptAggregate(WIRE_KEY, null, records);
    }

    /** A COMPACT aggregate. */
    @Benchmark
    public List<UserRecord> compactOpen() {
        return decryptor.decrypt(compactSealed);
    }

    /** An Encryption SDK message around a KPL aggregate. */
    @Benchmark
    public KinesisRecord encryptionSdkSeal() {
        return encryptionSdk.encryptAggregate(WIRE_KEY, null, records);
    }

    /** An Encryption SDK message around a KPL aggregate. */
    @Benchmark
    public List<UserRecord> encryptionSdkOpen() {
        return decryptor.decrypt(encryptionSdkSealed);
    }
}
