// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.CompactEnvelope;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import io.kinesisencryption.internal.payload.Payload;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordKeyTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders", "tenant", "acme");

    private final SeededRandom random = SeededRandom.create();
    private final FakeKeyService service = new FakeKeyService(random);
    private final RecordKeys keys = new RecordKeys(service, null, NonceSource.random((sweep, delayNanos) -> {}));

    private static byte[] open(RecordKey key, byte[] envelope, String partitionKey) {
        return key.open(envelope, CompactLayout.read(envelope), partitionKey);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 100, 1024, 64 * 1024, 1024 * 1024, 10 * 1024 * 1024 - 1024})
    void whatIsSealedIsOpenedByTheWritersAndByTheReadersKey(int size) {
        byte[] payload = random.bytes(size);
        byte[] before = payload.clone();
        RecordKey writer = keys.generate(CONTEXT);
        for (int flags = 0; flags <= CompactLayout.KNOWN_FLAGS; flags++) {
            byte[] envelope = writer.seal(flags, "customer-1", Payload.of(payload));
            byte[] sealed = envelope.clone();
            CompactEnvelope parsed = CompactEnvelope.parse(envelope);
            RecordKey reader = keys.load(parsed.keySection());

            assertThat(payload).as(random.toString()).isEqualTo(before);
            assertThat(envelope).hasSize(writer.section().sizeBytes() + 12 + size + 16);
            assertThat(parsed.layout().flags()).isEqualTo(flags);
            assertThat(parsed.encryptionContext()).isEqualTo(CONTEXT);
            assertThat(Arrays.equals(open(writer, envelope, "customer-1"), payload))
                    .isTrue();
            assertThat(Arrays.equals(open(reader, envelope, "customer-1"), payload))
                    .isTrue();
            assertThat(envelope).isEqualTo(sealed);
            assertThat(reader.section()).isEqualTo(writer.section()).hasSameHashCodeAs(writer.section());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 5_000, 200_000})
    void anAggregateIsSealedWhereItIsWritten(int size) {
        AggregateWriter aggregate = new AggregateWriter(AggregateFraming.BARE);
        byte[] data = random.bytes(size);
        byte[] before = data.clone();
        aggregate.add("customer-1", null, data);
        aggregate.add("customer-2", "17", data);
        RecordKey key = keys.generate(CONTEXT);
        byte[] envelope = key.seal(CompactLayout.FLAG_AGGREGATE, null, aggregate);

        assertThat(envelope).hasSize(key.section().sizeBytes() + 12 + aggregate.sizeBytes() + 16);
        assertThat(Arrays.equals(open(key, envelope, null), aggregate.toByteArray()))
                .as(random.toString())
                .isTrue();
        assertThat(data).isEqualTo(before);
    }

    @Test
    void theOverheadIs66BytesAndTheKeySection() {
        RecordKey key = keys.generate(CONTEXT);
        int section = key.section().context().length + key.section().encryptedDataKeys().length;

        assertThat(key.seal(0, null, Payload.of(new byte[0]))).hasSize(66 + section);
    }

    @Test
    void anEnvelopeIsWhatTheDefinitionSays() {
        RecordKey key = keys.generate(CONTEXT);
        byte[] payload = random.bytes(300);
        byte[] envelope = key.seal(CompactLayout.FLAG_PARTITION_KEY_BOUND, "ключ-🔑", Payload.of(payload));
        CompactEnvelope parsed = CompactEnvelope.parse(envelope);
        byte[] dataKey = service.dataKeyOf(parsed.encryptedDataKeys().get(0));
        byte[] nonce = Arrays.copyOfRange(
                envelope, parsed.layout().nonceOffset(), parsed.layout().ciphertextOffset());

        assertThat(CompactReference.seal(
                        dataKey,
                        4,
                        CompactReference.context(CONTEXT),
                        key.section().encryptedDataKeys(),
                        CompactReference.utf8("ключ-🔑"),
                        nonce,
                        payload))
                .as(random.toString())
                .isEqualTo(envelope);
    }

    @Test
    void reservedFlagsAreNotWritten() {
        RecordKey key = keys.generate(CONTEXT);
        for (int bit = 3; bit < 32; bit++) {
            int flags = 1 << bit;
            assertThatIllegalArgumentException().isThrownBy(() -> key.seal(flags, null, Payload.of(new byte[1])));
        }
    }

    @Test
    void aBoundRecordOpensOnlyWithItsPartitionKey() {
        RecordKey key = keys.generate(CONTEXT);
        int bound = CompactLayout.FLAG_PARTITION_KEY_BOUND;
        byte[] envelope = key.seal(bound, "customer-1", Payload.of(new byte[10]));

        assertThat(open(key, envelope, "customer-1")).hasSize(10);
        assertThatThrownBy(() -> open(key, envelope, "customer-2")).isInstanceOf(AuthenticationFailedException.class);
        assertThatThrownBy(() -> open(key, envelope, "")).isInstanceOf(AuthenticationFailedException.class);
        assertThatThrownBy(() -> open(key, envelope, "\uD800")).isInstanceOf(AuthenticationFailedException.class);
        assertThatThrownBy(() -> open(key, envelope, null))
                .isInstanceOfSatisfying(
                        ContextMismatchException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.PARTITION_KEY_MISSING));
        assertThatIllegalArgumentException().isThrownBy(() -> key.seal(bound, null, Payload.of(new byte[1])));
        assertThatIllegalArgumentException().isThrownBy(() -> key.seal(bound, "half \uD83D", Payload.of(new byte[1])));
    }

    @Test
    void anUnboundRecordOpensWithAnyPartitionKey() {
        RecordKey key = keys.generate(CONTEXT);
        byte[] envelope = key.seal(0, "customer-1", Payload.of(new byte[10]));

        assertThat(open(key, envelope, "customer-2")).hasSize(10);
        assertThat(open(key, envelope, null)).hasSize(10);
    }

    @Test
    void aKeyOpensNoOtherKeysRecord() {
        RecordKey one = keys.generate(CONTEXT);
        RecordKey other = keys.generate(CONTEXT);

        assertThatThrownBy(() -> open(other, one.seal(0, null, Payload.of(new byte[10])), null))
                .isInstanceOf(AuthenticationFailedException.class);
    }

    @Test
    void aHeaderThatOnlySharesTheCommitmentIsRefusedByTheKeyItself() {
        RecordKey key = keys.generate(CONTEXT);
        byte[] envelope = key.seal(0, null, Payload.of(new byte[10]));
        CompactLayout layout = CompactLayout.read(envelope);
        for (int i = 38; i < layout.nonceOffset(); i++) {
            byte[] altered = envelope.clone();
            altered[i] ^= 1;
            // The lengths of the unaltered envelope: the tag alone would accept these bytes.
            assertThatThrownBy(() -> key.open(altered, layout, null)).isInstanceOf(AuthenticationFailedException.class);
        }
    }

    @Test
    @Requirement("M28")
    void noncesNeverRepeat() {
        RecordKey key = keys.generate(CONTEXT);
        int offset = key.section().sizeBytes();
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] envelope = key.seal(0, null, Payload.of(new byte[0]));
            assertThat(seen.add(ByteBuffer.wrap(Arrays.copyOfRange(envelope, offset, offset + 12))))
                    .isTrue();
            if (i % 1000 == 0) {
                keys.discardAll();
            }
        }
    }

    @Test
    void aClosedKeyRefusesAndItsCiphersAreGone() {
        RecordKey key = keys.generate(CONTEXT);
        byte[] envelope = key.seal(0, null, Payload.of(new byte[10]));
        assertThat(keys.idleCiphers()).isEqualTo(1);
        key.close();

        assertThat(keys.idleCiphers()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> key.seal(0, null, Payload.of(new byte[10])));
        assertThatIllegalStateException().isThrownBy(() -> open(key, envelope, null));
    }

    @Test
    void anIdleKeyHoldsNoCipherAndManyKeysHoldFew() {
        for (int i = 0; i < 10_000; i++) {
            keys.generate(CONTEXT).seal(0, null, Payload.of(new byte[1]));
        }

        assertThat(keys.idleCiphers()).isLessThanOrEqualTo(CipherPool.CAPACITY);
        keys.discardAll();
        assertThat(keys.idleCiphers()).isZero();
    }

    @Test
    void nothingShowsTheKey() {
        RecordKey key = keys.generate(CONTEXT);

        assertThat(key.toString()).isEqualTo("RecordKey[" + key.section().sizeBytes() + " bytes before the nonce]");
        assertThat(RecordKey.class.getMethods())
                .filteredOn(method -> method.getDeclaringClass() != Object.class)
                .extracting(Method::getName)
                .containsExactlyInAnyOrder(
                        "seal", "open", "section", "encryptionContext", "close", "release", "tryLease", "toString");
    }

    @Test
    void theDataKeyIsOverwrittenOnceTheRecordKeyIsDerived() {
        byte[] dataKey = random.bytes(32);
        DataKeySource source = new DataKeySource() {
            @Override
            public DataKey generate(Map<String, String> context) {
                return DataKey.takeOver(
                        dataKey,
                        List.of(new EncryptedDataKeyEntry("p", ByteBuffer.allocate(1), ByteBuffer.allocate(1))));
            }

            @Override
            public DataKey decrypt(List<EncryptedDataKeyEntry> encrypted, Map<String, String> context) {
                throw new AssertionError();
            }
        };
        new RecordKeys(source, null, NonceSource.random((sweep, delayNanos) -> {})).generate(CONTEXT);

        assertThat(dataKey).containsOnly(0);
    }

    @Test
    void theProviderCanBeChosen() throws Exception {
        Provider jdk = Cipher.getInstance("AES/GCM/NoPadding").getProvider();
        RecordKeys chosen = new RecordKeys(service, jdk, NonceSource.random((sweep, delayNanos) -> {}));
        byte[] envelope = chosen.generate(CONTEXT).seal(0, null, Payload.of(new byte[10]));

        assertThat(open(keys.load(CompactEnvelope.parse(envelope).keySection()), envelope, null))
                .hasSize(10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecordKeys(
                        service, Security.getProvider("SUN"), NonceSource.random((sweep, delayNanos) -> {})))
                .withMessageContaining("SUN")
                .withMessageContaining("AES/GCM/NoPadding");
    }

    @Test
    @Requirement("M28")
    void theProviderMayGenerateTheNonces() {
        RecordKeys provided = new RecordKeys(service, null, NonceSource.byProvider());
        RecordKey key = provided.generate(CONTEXT);
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            byte[] envelope = key.seal(0, null, Payload.of(new byte[10]));
            int offset = key.section().sizeBytes();
            assertThat(seen.add(ByteBuffer.wrap(Arrays.copyOfRange(envelope, offset, offset + 12))))
                    .isTrue();
            assertThat(open(keys.load(CompactEnvelope.parse(envelope).keySection()), envelope, null))
                    .hasSize(10);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {GeneralSecurityException.class, IllegalStateException.class, OutOfMemoryError.class})
    void whateverEndsASealingLeavesNoPlaintextBehind(Class<? extends Throwable> kind) throws Exception {
        Throwable thrown = kind.getConstructor(String.class).newInstance("no");
        AtomicReference<byte[]> envelope = new AtomicReference<>();
        RecordKey key = new RecordKeys(service, null, new NonceSource() {
                    @Override
                    public void initialise(Cipher cipher, SecretKey secret, byte[] out, int offset)
                            throws GeneralSecurityException {
                        envelope.set(out);
                        if (thrown instanceof GeneralSecurityException refused) {
                            throw refused;
                        }
                        if (thrown instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) thrown;
                    }

                    @Override
                    public void discardAll() {}
                })
                .generate(CONTEXT);
        AggregateWriter aggregate = new AggregateWriter(AggregateFraming.BARE);
        aggregate.add("customer-1", null, random.bytes(100));

        assertThatThrownBy(() -> key.seal(CompactLayout.FLAG_AGGREGATE, null, aggregate))
                .isInstanceOf(Throwable.class);
        assertThat(envelope.get()).hasSizeGreaterThan(100).containsOnly(0);
    }

    @Test
    void aProviderThatFailsIsAKeyFailureAndNotARecordFailure() {
        NonceSource failing = new NonceSource() {
            @Override
            public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset)
                    throws GeneralSecurityException {
                throw new GeneralSecurityException("no");
            }

            @Override
            public void discardAll() {}
        };
        RecordKey key = new RecordKeys(service, null, failing).generate(CONTEXT);

        assertThatThrownBy(() -> key.seal(0, null, Payload.of(new byte[1])))
                .isInstanceOfSatisfying(
                        PermanentKeyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_FAILURE));
    }

    /** A source of nonces that hands the same one out twice is refused by the JDK's cipher itself. */
    @Test
    void aRepeatedNonceIsRefusedByTheCipher() {
        NonceSource constant = new NonceSource() {
            @Override
            public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset)
                    throws GeneralSecurityException {
                cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, new byte[12]));
            }

            @Override
            public void discardAll() {}
        };
        RecordKey key = new RecordKeys(service, null, constant).generate(CONTEXT);
        key.seal(0, null, Payload.of(new byte[1]));

        assertThatThrownBy(() -> key.seal(0, null, Payload.of(new byte[1]))).isInstanceOf(PermanentKeyException.class);
    }

    @Test
    void keysThatDoNotFitAreAKeyFailureAndAContextThatDoesNotIsAnArgument() {
        RecordKeys nine = new RecordKeys(
                new FakeKeyService(random).copies(9), null, NonceSource.random((sweep, delayNanos) -> {}));

        assertThatThrownBy(() -> nine.generate(CONTEXT))
                .isInstanceOfSatisfying(
                        PermanentKeyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_FAILURE))
                .hasMessageContaining("9 encrypted data keys")
                .hasMessageContaining("at most 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.generate(Map.of("k", "v".repeat(4092))))
                .withMessageContaining("at most 4096");
        assertThatIllegalArgumentException().isThrownBy(() -> keys.generate(Map.of("k", "\uDC00")));
    }

    @Test
    @Timeout(120)
    void keysClosedDuringUseLeaveNoBadRecord() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            hammer(threads, 4, 3_000);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Timeout(120)
    void hundredsOfThreadsSealAndOpen() throws Exception {
        ExecutorService threads = manyThreads();
        try {
            hammer(threads, 200, 50);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Virtual threads where this JDK has them. */
    private static ExecutorService manyThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    /** Writers use a key that is replaced and closed under them; every record that came out must open. */
    private void hammer(ExecutorService threads, int writers, int records) throws Exception {
        var current = new AtomicReference<>(keys.generate(CONTEXT));
        var refused = new AtomicInteger();
        MapLookup lookup = new MapLookup(keys);
        List<Future<?>> running = IntStream.range(0, writers)
                .<Future<?>>mapToObj(writer -> threads.submit(() -> {
                    byte[] payload = random(writer);
                    for (int i = 0; i < records; i++) {
                        if (i % 7 == writer % 7) {
                            current.getAndSet(keys.generate(CONTEXT)).close();
                        }
                        RecordKey key = current.get();
                        if (!key.tryLease()) {
                            refused.incrementAndGet();
                            continue;
                        }
                        byte[] envelope;
                        try {
                            envelope = key.seal(0, null, Payload.of(payload));
                        } finally {
                            key.release();
                        }
                        CompactEnvelope parsed = CompactEnvelope.parse(envelope);
                        RecordKey reader = lookup.load("shard", parsed.keySection());
                        try {
                            assertThat(reader.open(envelope, parsed.layout(), null))
                                    .isEqualTo(payload);
                        } finally {
                            reader.release();
                        }
                    }
                }))
                .toList();
        for (Future<?> future : running) {
            future.get();
        }
        assertThat(lookup.keys).hasSizeGreaterThan(1);
        assertThat(refused.get()).isLessThan(writers * records);
    }

    private static byte[] random(int seed) {
        byte[] bytes = new byte[64 + seed];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void ciphersAreGivenBackBySealingAndByOpening() {
        RecordKey writer = keys.generate(CONTEXT);
        byte[] envelope = writer.seal(0, null, Payload.of(new byte[1]));
        assertThat(keys.idleCiphers()).isEqualTo(1);
        writer.close();
        assertThat(keys.idleCiphers()).isZero();

        RecordKey reader = keys.load(CompactEnvelope.parse(envelope).keySection());
        open(reader, envelope, null);
        assertThat(keys.idleCiphers()).isEqualTo(1);
        open(reader, envelope, null);
        assertThat(keys.idleCiphers()).isEqualTo(1);
    }

    @Test
    void discardingAllDiscardsTheNoncesToo() {
        AtomicInteger discarded = new AtomicInteger();
        NonceSource random = NonceSource.random((sweep, delayNanos) -> {});
        RecordKeys counted = new RecordKeys(service, null, new NonceSource() {
            @Override
            public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset)
                    throws GeneralSecurityException {
                random.initialise(cipher, key, out, offset);
            }

            @Override
            public void discardAll() {
                discarded.incrementAndGet();
            }
        });
        counted.generate(CONTEXT).seal(0, null, Payload.of(new byte[1]));
        counted.discardAll();

        assertThat(discarded).hasValue(1);
        assertThat(counted.idleCiphers()).isZero();
    }

    @Test
    void aClosedBlinderMakesNoPseudonyms() {
        KeyBlinder blinder = new KeyBlinder(new byte[32]);
        assertThat(blinder.partitionKey("k")).hasSize(22);
        assertThat(blinder).hasToString("KeyBlinder");
        blinder.close();

        assertThatIllegalStateException().isThrownBy(() -> blinder.partitionKey("k"));
        assertThatIllegalStateException().isThrownBy(() -> blinder.explicitHashKey("1"));
        assertThatIllegalArgumentException().isThrownBy(() -> new KeyBlinder(new byte[31]));
    }

    @Test
    void aClosedKeyGivesNoLeaseAndLivesUntilTheLastOneEnds() {
        RecordKey key = keys.generate(CONTEXT);
        assertThat(key.tryLease()).isTrue();
        assertThat(key.tryLease()).isTrue();
        key.close();

        assertThat(key.tryLease()).isFalse();
        key.release();
        byte[] envelope = key.seal(0, null, Payload.of(new byte[1]));
        assertThat(open(key, envelope, null)).hasSize(1);
        key.release();
        assertThatIllegalStateException().isThrownBy(() -> key.seal(0, null, Payload.of(new byte[1])));
        assertThatIllegalStateException().isThrownBy(key::release);
    }
}
