// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Samples;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.caching.CacheEnvironment;
import io.kinesisencryption.internal.caching.ForwardingEnvironment;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.crypto.NonceSource;
import io.kinesisencryption.internal.crypto.OpenedPayload;
import io.kinesisencryption.internal.crypto.RecordKeys;
import io.kinesisencryption.internal.encryptionsdk.MaterialsSource;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompactCipherTest {
    private static final Object SHARD = "shardId-000000000000";
    private static final Set<AlgorithmSuite> SUITES = Set.of(CompactLayout.SUITE);
    private static final ReaderContext READER =
            new ReaderContext(List.of(new AcceptedStream("orders", null)), Map.of());
    private static final KeyCacheOptions OPTIONS = KeyCacheOptions.builder()
            .loadsPerSecond(10_000)
            .maxBytesPerKey(1 << 24)
            .build();

    private final SeededRandom random = SeededRandom.create();
    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring keyring = Keyrings.awsKms(kms.createKey(), kms.client());
    private final Keyring stranger = Keyrings.awsKms(kms.createKey(), kms.client());
    private final RecordedTimers timers = new RecordedTimers();
    private final KeyLoads loads = new KeyLoads(OPTIONS, timers);
    private final CountedNonces nonces = new CountedNonces();
    private final CompactCipher cipher = cipher(new RecordKeys(source(keyring), null, nonces));

    /** The real threads and clocks; what is to run later does not. */
    private static final class RecordedTimers extends ForwardingEnvironment {
        final List<Long> delaysNanos = Collections.synchronizedList(new ArrayList<>());

        RecordedTimers() {
            super(CacheEnvironment.system(4));
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            delaysNanos.add(delayNanos);
        }
    }

    private static final class CountedNonces implements NonceSource {
        private final NonceSource random = NonceSource.random((sweep, delayNanos) -> {});
        final AtomicInteger discards = new AtomicInteger();

        @Override
        public void initialise(Cipher gcm, SecretKey key, byte[] out, int offset) throws GeneralSecurityException {
            random.initialise(gcm, key, out, offset);
        }

        @Override
        public void discardAll() {
            discards.incrementAndGet();
            random.discardAll();
        }
    }

    private static DataKeySource source(Keyring keyring) {
        return new MaterialsSource(keyring.open().materialProvidersKeyring(), keyring.toString())
                .dataKeys(EnvelopeFormat.COMPACT);
    }

    private CompactCipher cipher(RecordKeys keys) {
        return new CompactCipher(keys, keyring::recognises, keyring.toString(), OPTIONS, loads, KeyCacheEvents.NONE);
    }

    private static WriterKey writer(String tenant) {
        return new WriterKey(CompactLayout.SUITE, WriterContext.of("orders", null, Map.of("tenant", tenant)));
    }

    private byte[] seal(String tenant) {
        return cipher.encrypt(writer(tenant), 0, null, Payload.of(Samples.PLAINTEXT));
    }

    private byte[] open(byte[] envelope, String partitionKey) {
        try (OpenedPayload opened = cipher.decrypt(SHARD, envelope, envelope.length, partitionKey, READER, SUITES)) {
            return Arrays.copyOf(opened.bytes(), opened.sizeBytes());
        }
    }

    @AfterEach
    void close() {
        cipher.close();
        loads.close();
    }

    @Test
    void whatIsSealedIsOpenedAndIsLargerByTheOverhead() {
        for (int size : new int[] {0, 1, 1_000, 100_000}) {
            byte[] payload = random.bytes(size);
            byte[] envelope = cipher.encrypt(writer("acme"), CompactLayout.FLAG_AGGREGATE, null, Payload.of(payload));

            assertThat(envelope).as(random.toString()).hasSize(cipher.overheadBytes(writer("acme")) + size);
            assertThat(open(envelope, null)).as(random.toString()).isEqualTo(payload);
        }
        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 1L, "Decrypt", 1L));
    }

    @Test
    void aBoundRecordOpensWithItsPartitionKeyAlone() {
        byte[] envelope = cipher.encrypt(
                writer("acme"), CompactLayout.FLAG_PARTITION_KEY_BOUND, "customer-1", Payload.of(Samples.PLAINTEXT));

        assertThat(open(envelope, "customer-1")).isEqualTo(Samples.PLAINTEXT);
        assertThatThrownBy(() -> open(envelope, "customer-2")).isInstanceOf(AuthenticationFailedException.class);
    }

    /** 38 bytes at the front and three for each char of the partition key are encrypted or authenticated beside the payload. */
    @Test
    void everyByteIsCountedTowardsTheCapOfTheKey() {
        Payload over = Payload.of(new byte[(1 << 24) - 38 - 3 * 10 + 1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        cipher.encrypt(writer("acme"), CompactLayout.FLAG_PARTITION_KEY_BOUND, "customer-1", over))
                .withMessageContaining("16777217 bytes");
        Payload overWithoutKey = Payload.of(new byte[(1 << 24) - 38 + 1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cipher.encrypt(writer("acme"), 0, null, overWithoutKey))
                .withMessageContaining("16777217 bytes");
        assertThat(kms.calls()).isEmpty();
    }

    @Test
    void prefetchLoadsWhatIsMissingAndConfiguredAndCountsWhatIsHere() {
        byte[] here = seal("a");
        byte[] missing = seal("b");
        open(here, null);
        byte[] foreign;
        try (CompactCipher other = cipher(new RecordKeys(source(stranger), null, nonces))) {
            foreign = other.encrypt(writer("a"), 0, null, Payload.of(Samples.PLAINTEXT));
        }
        kms.resetCalls();

        assertThat(cipher.prefetch(SHARD, List.of(here, missing, foreign, missing), READER, SUITES))
                .isEqualTo(2);
        assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 1L));
        assertThat(open(missing, null)).isEqualTo(Samples.PLAINTEXT);
        assertThat(cipher.prefetch(SHARD, List.of(here, missing), READER, SUITES))
                .isEqualTo(2);
        assertThat(Samples.codeOf(() -> open(foreign, null))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 1L));
    }

    @Test
    void aWritersKeyCanBeMadeReadyAndIsReplacedOnDemand() throws Exception {
        cipher.ready(writer("acme")).get(60, TimeUnit.SECONDS);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);
        byte[] before = seal("acme");
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(1);

        cipher.rotateNow();
        byte[] after = seal("acme");

        assertThat(kms.callCount("GenerateDataKey")).isEqualTo(2);
        assertThat(open(before, null)).isEqualTo(open(after, null));
        assertThat(kms.callCount("Decrypt")).isEqualTo(2);
    }

    @Test
    void discardAllDropsTheKeysOfBothSidesAndTheNonces() {
        byte[] before = seal("acme");
        open(before, null);
        cipher.discardAll();
        assertThat(nonces.discards).hasValue(1);

        seal("acme");
        open(before, null);

        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 2L, "Decrypt", 2L));
    }

    @Test
    void closingDropsTheNoncesAndRefusesBothSides() {
        byte[] sealed = seal("acme");
        byte[] opened = seal("other");
        open(opened, null);
        cipher.close();

        assertThat(nonces.discards).hasValue(1);
        assertThatIllegalStateException().isThrownBy(() -> seal("acme"));
        assertThatIllegalStateException().isThrownBy(() -> open(sealed, null));
        assertThatIllegalStateException().isThrownBy(() -> open(opened, null));
    }

    /** A consumer's dashboard shows them, and a key that is here needs no second look at its context. */
    @Test
    void aKeyThatIsHereIsAHitAndOneThatMustBeLoadedAMiss() {
        AtomicInteger hits = new AtomicInteger();
        AtomicInteger misses = new AtomicInteger();
        KeyCacheEvents events = new KeyCacheEvents() {
            @Override
            public void onHit(Side side, Object identity) {
                hits.addAndGet(side == Side.DECRYPTION ? 1 : 0);
            }

            @Override
            public void onMiss(Side side, Object identity) {
                misses.addAndGet(side == Side.DECRYPTION ? 1 : 0);
            }
        };
        byte[] envelope = seal("acme");
        RecordKeys keys = new RecordKeys(source(keyring), null, nonces);
        try (CompactCipher counted =
                new CompactCipher(keys, keyring::recognises, keyring.toString(), OPTIONS, loads, events)) {
            for (int i = 0; i < 3; i++) {
                counted.decrypt(SHARD, envelope, envelope.length, null, READER, SUITES)
                        .close();
            }
        }
        assertThat(misses).hasValue(1);
        assertThat(hits).hasValue(2);
    }

    /** Nothing else waits for less than some seconds while there is no load. */
    @Test
    void theNoncesThatAreDrawnAheadAreSweptByTheTimerOfTheKeys() {
        try (CompactCipher real = new CompactCipher(
                source(keyring), keyring::recognises, keyring.toString(), null, OPTIONS, loads, KeyCacheEvents.NONE)) {
            real.encrypt(writer("acme"), 0, null, Payload.of(Samples.PLAINTEXT));
            real.encrypt(writer("acme"), 0, null, Payload.of(Samples.PLAINTEXT));
        }
        assertThat(timers.delaysNanos).containsOnlyOnce(TimeUnit.MILLISECONDS.toNanos(101));
    }
}
