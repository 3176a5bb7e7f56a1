// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.Samples.codeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.EncryptionListener.KeyInstalled;
import io.kinesisencryption.EncryptionListener.KeyLoadEnded;
import io.kinesisencryption.EncryptionListener.KeyLookup;
import io.kinesisencryption.EncryptionListener.KeyRetired;
import io.kinesisencryption.EncryptionListener.LookupResult;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Data keys as an owner uses them, in both formats, counted at the key service. */
class CachedKeysTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final Keyring keyring = Keyrings.awsKms(keyArn, kms.client());
    private final List<KinesisEncryption> owners = new ArrayList<>();

    private KinesisEncryption owner() {
        KinesisEncryption owner = Samples.encryption(keyring);
        owners.add(owner);
        return owner;
    }

    @AfterEach
    void close() {
        owners.forEach(KinesisEncryption::close);
    }

    private static EncryptorOptions options(EnvelopeFormat format) {
        return EncryptorOptions.builder().format(format).build();
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void manyThreadsOnColdCachesMakeOneCallEachWay(EnvelopeFormat format) throws Exception {
        RecordEncryptor encryptor = owner().encryptor(Samples.ORDERS, options(format));
        RecordDecryptor decryptor = owner().decryptor(Samples.ORDERS);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<KinesisRecord>> seals = IntStream.range(0, 1_000)
                    .<Callable<KinesisRecord>>mapToObj(i -> () -> encryptor.encrypt(Samples.record()))
                    .toList();
            List<KinesisRecord> sealed = new ArrayList<>();
            for (var result : threads.invokeAll(seals)) {
                sealed.add(result.get());
            }
            List<Callable<byte[]>> opens = sealed.stream()
                    .<Callable<byte[]>>map(
                            record -> () -> decryptor.decrypt(record).get(0).data())
                    .toList();
            for (var result : threads.invokeAll(opens)) {
                assertThat(result.get()).isEqualTo(Samples.PLAINTEXT);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 1L, "Decrypt", 1L));
    }

    @Test
    void formatsAndPayloadKindsNeverShareADataKeyWhereTheyMustNot() {
        KinesisEncryption owner = owner();
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            owner.encryptor(Samples.ORDERS, options(format)).encrypt(Samples.record());
            owner.encryptor(StreamIdentity.of("payments"), options(format)).encrypt(Samples.record());
        }

        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void encryptorsOfOneStreamShareADataKey(EnvelopeFormat format) {
        KinesisEncryption owner = owner();
        for (int i = 0; i < 10; i++) {
            owner.encryptor(StreamIdentity.of("orders"), options(format)).encrypt(Samples.record());
        }

        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void anOutageCostsNothingWhileKeysAreWarm(EnvelopeFormat format) {
        KinesisEncryption owner = owner();
        RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
        RecordDecryptor decryptor = owner.decryptor(Samples.ORDERS);
        decryptor.decrypt(encryptor.encrypt(Samples.record()));
        kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION));

        for (int i = 0; i < 100; i++) {
            assertThat(decryptor.decrypt(encryptor.encrypt(Samples.record()))).hasSize(1);
        }
        assertThat(codeOf(() -> owner.encryptor(StreamIdentity.of("payments"), options(format))
                        .encrypt(Samples.record())))
                .isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void rotateNowTakesANewKeyAndOldRecordsStillOpen(EnvelopeFormat format) {
        KinesisEncryption owner = owner();
        RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
        KinesisRecord before = encryptor.encrypt(Samples.record());
        owner.rotateNow();
        KinesisRecord after = encryptor.encrypt(Samples.record());

        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
        RecordDecryptor decryptor = owner.decryptor(Samples.ORDERS);
        assertThat(decryptor.decrypt(before)).hasSize(1);
        assertThat(decryptor.decrypt(after)).hasSize(1);
        assertThat(kms.callCount("Decrypt")).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void discardAllDropsKeysBothWays(EnvelopeFormat format) {
        KinesisEncryption owner = owner();
        RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
        RecordDecryptor decryptor = owner.decryptor(Samples.ORDERS);
        KinesisRecord before = encryptor.encrypt(Samples.record());
        decryptor.decrypt(before);
        owner.discardAll();
        encryptor.encrypt(Samples.record());
        decryptor.decrypt(before);

        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 2L, "Decrypt", 2L));
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void readyLoadsTheKeyAheadAndTellsAFailure(EnvelopeFormat format) throws Exception {
        KinesisEncryption owner = owner();
        RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
        encryptor.ready().get();
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
        encryptor.encrypt(Samples.record());
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);

        kms.disableKey(keyArn);
        try {
            owner.encryptor(StreamIdentity.of("payments"), options(format))
                    .ready()
                    .get();
            throw new AssertionError("No failure");
        } catch (ExecutionException e) {
            assertThat(((KinesisEncryptionException) e.getCause()).code()).isEqualTo(ErrorCode.KEY_DISABLED);
        }
    }

    @Test
    void prefetchLoadsEachMissingKeyOnceAndIgnoresWhatWillBeRefused() {
        List<KinesisRecord> batch = new ArrayList<>();
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            for (int i = 0; i < 5; i++) {
                KinesisEncryption writer = owner();
                RecordEncryptor encryptor = writer.encryptor(Samples.ORDERS, options(format));
                batch.add(encryptor.encrypt(Samples.record()));
                batch.add(encryptor.encrypt(Samples.record()));
                batch.add(writer.encryptor(StreamIdentity.of("payments"), options(format))
                        .encrypt(Samples.record()));
            }
        }
        batch.add(KinesisRecord.of("k", null, "plaintext".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        batch.add(KinesisRecord.of("k", null, new byte[] {(byte) 0xFE, 'K', 'E', 1, 1}));
        batch.add(KinesisRecord.of("k", null, new byte[] {2, 4, 0x78, 1, 1}));
        kms.resetCalls();
        RecordDecryptor decryptor = owner().decryptor(Samples.ORDERS);
        assertThat(decryptor.prefetch(batch)).isEqualTo(10);
        assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 10L));

        assertThat(decryptor.prefetch(batch)).isEqualTo(10);
        int opened = 0;
        for (KinesisRecord record : batch) {
            try {
                opened += decryptor.decrypt(record).size();
            } catch (KinesisEncryptionException e) {
                assertThat(e.code())
                        .isIn(ErrorCode.WRONG_STREAM, ErrorCode.PLAINTEXT_RECORD, ErrorCode.MALFORMED_ENVELOPE);
            }
        }
        assertThat(opened).isEqualTo(20);
        assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 10L));
    }

    /** The reader could open them: the same KMS holds both keys, and denies nobody. */
    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void prefetchSkipsRecordsWhoseWrappingKeyIsNotConfiguredWithoutACall(EnvelopeFormat format) {
        KinesisEncryption stranger = Samples.encryption(Keyrings.awsKms(kms.createKey(), kms.client()));
        owners.add(stranger);
        KinesisRecord foreign =
                stranger.encryptor(Samples.ORDERS, options(format)).encrypt(Samples.record());
        KinesisRecord first = owner().encryptor(Samples.ORDERS, options(format)).encrypt(Samples.record());
        KinesisRecord second =
                owner().encryptor(Samples.ORDERS, options(format)).encrypt(Samples.record());
        kms.resetCalls();
        Queue<KeyLoadEnded> loads = new ConcurrentLinkedQueue<>();
        EncryptionListener listener = new EncryptionListener() {
            @Override
            public void onKeyLoadEnded(KeyLoadEnded event) {
                loads.add(event);
            }
        };
        try (KinesisEncryption reader =
                KinesisEncryption.builder().keyring(keyring).listener(listener).build()) {
            RecordDecryptor decryptor = reader.decryptor(Samples.ORDERS);
            assertThat(decryptor.prefetch(List.of(foreign))).isZero();
            assertThat(kms.calls()).isEmpty();
            assertThat(loads).as("not even one that ends without a call").isEmpty();

            assertThat(decryptor.prefetch(List.of(first, foreign, second))).isEqualTo(2);
            assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 2L));
            assertThat(loads).hasSize(2).allMatch(load -> load.failure() == null);

            assertThat(decryptor.decrypt(first)).hasSize(1);
            assertThat(decryptor.decrypt(second)).hasSize(1);
            assertThat(codeOf(() -> decryptor.decrypt(foreign))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
            assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 2L));
        }
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void theListenerHearsOfLookupsLoadsAndRetiredKeys(EnvelopeFormat format) {
        Queue<KeyLookup> lookups = new ConcurrentLinkedQueue<>();
        Queue<KeyLoadEnded> loads = new ConcurrentLinkedQueue<>();
        Queue<KeyInstalled> installed = new ConcurrentLinkedQueue<>();
        Queue<KeyRetired> retired = new ConcurrentLinkedQueue<>();
        EncryptionListener listener = new EncryptionListener() {
            @Override
            public void onKeyLookup(KeyLookup event) {
                lookups.add(event);
                throw new IllegalStateException("a listener's own fault");
            }

            @Override
            public void onKeyLoadEnded(KeyLoadEnded event) {
                loads.add(event);
            }

            @Override
            public void onKeyInstalled(KeyInstalled event) {
                installed.add(event);
            }

            @Override
            public void onKeyRetired(KeyRetired event) {
                retired.add(event);
            }
        };
        try (KinesisEncryption owner =
                KinesisEncryption.builder().keyring(keyring).listener(listener).build()) {
            RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
            for (int i = 0; i < 3; i++) {
                KinesisRecord sealed = encryptor.encrypt(Samples.record());
                owner.decryptor(Samples.ORDERS).decrypt(sealed);
                // Looks keys up for no record.
                owner.decryptor(Samples.ORDERS).prefetch(List.of(sealed));
            }
        }

        Map<KeyLookup, Integer> counts = new HashMap<>();
        lookups.forEach(lookup -> counts.merge(lookup, 1, Integer::sum));
        assertThat(counts)
                .isEqualTo(Map.of(
                        new KeyLookup(Operation.ENCRYPT, format, LookupResult.MISS), 1,
                        new KeyLookup(Operation.ENCRYPT, format, LookupResult.HIT), 2,
                        new KeyLookup(Operation.DECRYPT, format, LookupResult.MISS), 1,
                        new KeyLookup(Operation.DECRYPT, format, LookupResult.HIT), 2));
        assertThat(loads).hasSize(2).allSatisfy(load -> {
            assertThat(load.format()).isEqualTo(format);
            assertThat(load.reason()).isEqualTo(KeyLoadReason.MISS);
            assertThat(load.failure()).isNull();
        });
        assertThat(installed).hasSize(1).allSatisfy(key -> {
            assertThat(key.format()).isEqualTo(format);
            assertThat(key.writer()).startsWith(format + " {").contains("orders");
            assertThat(key.maxAge()).isEqualTo(Duration.ofHours(1));
            assertThat(key.number()).isPositive();
        });
        assertThat(retired)
                .extracting(KeyRetired::number)
                .containsExactlyInAnyOrder(0L, installed.peek().number());
        assertThat(retired).hasSize(2).allSatisfy(key -> {
            assertThat(key.reason()).isEqualTo(KeyRetirement.CLOSED);
            assertThat(key.records()).isEqualTo(key.operation() == Operation.ENCRYPT ? 3 : 0);
        });
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void aClosedOwnerRefusesEverything(EnvelopeFormat format) {
        KinesisEncryption owner = owner();
        RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(format));
        KinesisRecord sealed = encryptor.encrypt(Samples.record());
        owner.close();
        owner.close();

        assertThatIllegalStateException().isThrownBy(() -> encryptor.encrypt(Samples.record()));
        assertThatIllegalStateException().isThrownBy(encryptor::ready);
        assertThatIllegalStateException()
                .isThrownBy(() -> owner.decryptor(Samples.ORDERS).decrypt(sealed));
        assertThatIllegalStateException()
                .isThrownBy(() -> owner.decryptor(Samples.ORDERS).prefetch(List.of(sealed)));
        assertThatIllegalStateException().isThrownBy(owner::rotateNow);
        assertThatIllegalStateException().isThrownBy(() -> owner.verify(Samples.ORDERS));
    }

    @Test
    void verifyAsksBothWaysAndNamesWhatIsMissing() {
        KinesisEncryption owner = owner();
        owner.verify(Samples.ORDERS);
        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 1L, "Decrypt", 1L));

        kms.deny(InMemoryKms.DEFAULT_PRINCIPAL, keyArn, "Decrypt");
        assertThat(codeOf(() -> owner.verify(Samples.ORDERS))).isEqualTo(ErrorCode.KEY_DENIED);
        kms.disableKey(keyArn);
        assertThat(codeOf(() -> owner.verify(Samples.ORDERS))).isEqualTo(ErrorCode.KEY_DISABLED);
    }

    @Test
    void aKeyIsNeverUsedPastItsCapOfRecordsByManyThreads() throws Exception {
        KeyCacheOptions options = KeyCacheOptions.builder()
                .maxRecordsPerKey(50)
                .loadsPerSecond(10_000)
                .build();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (KinesisEncryption owner =
                KinesisEncryption.builder().keyring(keyring).keyCache(options).build()) {
            RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, options(EnvelopeFormat.COMPACT));
            List<Callable<byte[]>> seals = IntStream.range(0, 1_000)
                    .<Callable<byte[]>>mapToObj(
                            i -> () -> encryptor.encrypt(Samples.record()).data())
                    .toList();
            Map<String, Integer> recordsPerKey = new HashMap<>();
            RecordDecryptor decryptor = owner.decryptor(Samples.ORDERS);
            for (var result : threads.invokeAll(seals)) {
                byte[] envelope = result.get();
                // The commitment stands for the data key.
                recordsPerKey.merge(java.util.HexFormat.of().formatHex(envelope, 6, 38), 1, Integer::sum);
                assertThat(decryptor.decrypt(KinesisRecord.of("customer-1", null, envelope)))
                        .hasSize(1);
            }
            assertThat(recordsPerKey.values()).allMatch(count -> count <= 50);
            assertThat(recordsPerKey.values().stream().mapToInt(count -> count).sum())
                    .isEqualTo(1_000);
        } finally {
            threads.shutdownNow();
        }
    }
}
