// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.security.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The library as an application has it, under an AWS KMS keyring whose KMS is in memory: so envelopes are as large as real ones. */
final class Owner implements AutoCloseable {
    private static final int PREFETCHED = 5_000;

    private final InMemoryKms kms = InMemoryKms.create();
    private final KinesisEncryption encryption;

    Owner(@Nullable Provider provider) {
        KinesisEncryption.Builder builder = KinesisEncryption.builder()
                .keyring(Keyrings.awsKms(kms.createKey(), kms.client()))
                .keyCache(KeyCacheOptions.builder()
                        .refreshAfter(Duration.ofHours(12))
                        .maxAge(Duration.ofHours(24))
                        .loadsPerSecond(10_000)
                        .maxConcurrentLoads(4)
                        .build());
        if (provider != null) {
            builder.jcaProvider(provider);
        }
        encryption = builder.build();
    }

    RecordEncryptor encryptor(EnvelopeFormat format, PayloadKind kind) {
        return encryption.encryptor(
                Samples.STREAM,
                EncryptorOptions.builder().format(format).payloadKind(kind).build());
    }

    /** Whose keys are used. */
    KinesisEncryption encryption() {
        return encryption;
    }

    /** Makes each call of the key service take a time. */
    void slowKeyService(Duration duration) {
        kms.onEachCall(call -> LockSupport.parkNanos(duration.toNanos()));
    }

    RecordDecryptor decryptor() {
        return encryption.decryptor(Samples.STREAM);
    }

    /** COMPACT records that are each sealed under a data key of its own. */
    List<KinesisRecord> underKeysOfTheirOwn(int count, UserRecord record) {
        RecordEncryptor encryptor = encryptor(EnvelopeFormat.COMPACT, PayloadKind.RECORD);
        List<KinesisRecord> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            encryption.rotateNow();
            records.add(encryptor.encrypt(record));
        }
        return records;
    }

    /** Loads the keys of records. */
    void load(RecordDecryptor decryptor, List<KinesisRecord> records) {
        for (int from = 0; from < records.size(); from += PREFETCHED) {
            decryptor.prefetch(records.subList(from, Math.min(records.size(), from + PREFETCHED)));
        }
        forgetCalls();
    }

    /** Drops what the key service in memory remembers of each call, which is no part of the library. */
    void forgetCalls() {
        kms.resetCalls();
    }

    @Override
    public void close() {
        encryption.close();
    }
}
