// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.internal.crypto.CompactReference.concat;
import static io.kinesisencryption.internal.crypto.CompactReference.contextOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.CompactEnvelope;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

class CompactOpenerTest {
    private static final Map<String, String> ORDERS = Map.of("kinesis:stream-name", "orders");
    private static final Map<String, String> PAYMENTS = Map.of("kinesis:stream-name", "payments");
    private static final byte[] ORDERS_BYTES = CompactReference.context(ORDERS);
    private static final byte[] PAYMENTS_BYTES = CompactReference.context(PAYMENTS);
    private static final byte[] NONE = {};
    private static final byte[] NONCE = CompactReference.utf8("nonce-12-oct");
    private static final byte[] PAYLOAD = CompactReference.utf8("{\"order\":4711,\"customer\":\"Ada Lovelace\"}");
    private static final ReaderContext READER = reader("orders", Map.of());
    private static final Set<AlgorithmSuite> SUITES = EnumSet.allOf(AlgorithmSuite.class);

    private final SeededRandom random = SeededRandom.create();
    private final FakeKeyService service = new FakeKeyService(random);
    private final RecordKeys keys = new RecordKeys(service, null, NonceSource.random((sweep, delayNanos) -> {}));
    private final MapLookup lookup = new MapLookup(keys);
    private final CompactOpener warm = opener(lookup);
    private final CompactOpener cold = opener(MapLookup.keepingNothing(keys));

    private static ReaderContext reader(String stream, Map<String, String> required) {
        return new ReaderContext(List.of(new AcceptedStream(stream, null)), required);
    }

    private CompactOpener opener(RecordKeyLookup keyLookup) {
        return new CompactOpener(keyLookup, FakeKeyService::recognises, "fake keyring");
    }

    private static ErrorCode codeOf(CompactOpener opener, byte[] envelope, String partitionKey, ReaderContext reader) {
        try {
            opener.open("shard", envelope, partitionKey, reader, SUITES);
        } catch (KinesisEncryptionException e) {
            assertThat(e.getMessage()).doesNotContain("Lovelace");
            return e.code();
        }
        throw new AssertionError("The record was opened");
    }

    private ErrorCode coldCode(byte[] envelope) {
        return codeOf(cold, envelope, null, READER);
    }

    private ErrorCode warmCode(byte[] envelope) {
        return codeOf(warm, envelope, null, READER);
    }

    private byte[] honest() {
        return keys.generate(ORDERS).seal(0, null, Payload.of(PAYLOAD));
    }

    private byte[] opened(CompactOpener opener, byte[] envelope) {
        try (OpenedPayload payload = opener.open("shard", envelope, null, READER, SUITES)) {
            return Arrays.copyOf(payload.bytes(), payload.sizeBytes());
        }
    }

    @Test
    void aRecordIsOpenedColdAndWarmWithOneLoad() {
        RecordKey writer = keys.generate(ORDERS);
        for (int i = 0; i < 10; i++) {
            OpenedPayload payload =
                    warm.open("shard", writer.seal(i & 3, null, Payload.of(PAYLOAD)), null, READER, SUITES);
            assertThat(Arrays.copyOf(payload.bytes(), payload.sizeBytes())).isEqualTo(PAYLOAD);
            assertThat(payload.flags()).isEqualTo(i & 3);
            assertThat(payload.encryptionContext()).isEqualTo(ORDERS);
        }
        assertThat(service.decryptCalls).hasValue(1);
    }

    @Test
    void aRecordIsHandedOutInAnArrayOfItsOwn() {
        byte[] envelope = honest();
        OpenedPayload first = warm.open("shard", envelope, null, READER, SUITES);
        first.close();

        assertThat(first.bytes()).isEqualTo(PAYLOAD);
        assertThat(warm.open("shard", envelope, null, READER, SUITES).bytes()).isNotSameAs(first.bytes());
    }

    @Test
    void anAggregateIsLentAndOverwrittenWhenItIsGivenBack() {
        byte[] envelope = keys.generate(ORDERS).seal(CompactLayout.FLAG_AGGREGATE, null, Payload.of(PAYLOAD));
        OpenedPayload first = warm.open("shard", envelope, null, READER, SUITES);
        OpenedPayload second = warm.open("shard", envelope, null, READER, SUITES);
        assertThat(second.bytes()).isNotSameAs(first.bytes());

        first.close();
        first.close();

        assertThat(first.bytes()).containsOnly(0);
        assertThat(second.bytes()).startsWith(PAYLOAD);
        OpenedPayload third = warm.open("shard", envelope, null, READER, SUITES);
        OpenedPayload fourth = warm.open("shard", envelope, null, READER, SUITES);
        assertThat(third.bytes()).isSameAs(first.bytes()).startsWith(PAYLOAD);
        assertThat(fourth.bytes()).as("closed twice, lent once").isNotSameAs(third.bytes());
    }

    @Test
    void withoutALookupTheKeyIsDestroyedAfterUse() {
        byte[] envelope = honest();
        int idle = keys.idleCiphers();

        assertThat(opened(cold, envelope)).isEqualTo(PAYLOAD);
        assertThat(opened(cold, envelope)).isEqualTo(PAYLOAD);
        assertThat(service.decryptCalls).hasValue(2);
        assertThat(keys.idleCiphers()).isEqualTo(idle);
    }

    @Test
    void everyFlippedBitIsRefusedColdAndWarm() {
        byte[] envelope = honest();
        CompactLayout layout = CompactLayout.read(envelope);
        opened(warm, envelope);
        Set<ErrorCode> seen = EnumSet.noneOf(ErrorCode.class);
        for (int i = 3; i < envelope.length; i++) {
            for (int mask : new int[] {0xFF, 0x01, 0x02, 0x04, 0x80}) {
                byte[] altered = envelope.clone();
                altered[i] ^= (byte) mask;
                ErrorCode code = coldCode(altered);
                seen.add(code);
                assertThat(code).as("byte %d ^ %02X", i, mask).isIn(expectedFor(i, layout));
                assertThat(warmCode(altered)).as("byte %d ^ %02X", i, mask).isEqualTo(code);
            }
        }
        assertThat(seen)
                .contains(
                        ErrorCode.UNSUPPORTED_VERSION,
                        ErrorCode.UNSUPPORTED_SUITE,
                        ErrorCode.UNSUPPORTED_PAYLOAD,
                        ErrorCode.PARTITION_KEY_MISSING,
                        ErrorCode.MALFORMED_ENVELOPE,
                        ErrorCode.WRONG_STREAM,
                        ErrorCode.CONTEXT_MISMATCH,
                        ErrorCode.KEY_NOT_CONFIGURED,
                        ErrorCode.AUTHENTICATION_FAILED);
        int calls = service.decryptCalls.get();
        assertThat(opened(warm, envelope)).isEqualTo(PAYLOAD);
        assertThat(service.decryptCalls).as("the good key is still there").hasValue(calls);
        assertThat(lookup.keys).hasSize(1);
    }

    private static Set<ErrorCode> expectedFor(int index, CompactLayout layout) {
        if (index < 6) {
            return switch (index) {
                case 3 -> EnumSet.of(ErrorCode.UNSUPPORTED_VERSION);
                case 4 -> EnumSet.of(ErrorCode.UNSUPPORTED_SUITE);
                default ->
                    EnumSet.of(
                            ErrorCode.UNSUPPORTED_PAYLOAD,
                            ErrorCode.AUTHENTICATION_FAILED,
                            ErrorCode.PARTITION_KEY_MISSING);
            };
        }
        if (index < 38 || index >= layout.nonceOffset()) {
            return EnumSet.of(ErrorCode.AUTHENTICATION_FAILED);
        }
        if (index < layout.keysOffset()) {
            return EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.WRONG_STREAM, ErrorCode.CONTEXT_MISMATCH);
        }
        return EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.KEY_NOT_CONFIGURED, ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    void everyCutAndEveryAppendedByteIsRefusedColdAndWarm() {
        byte[] envelope = honest();
        int smallest = CompactLayout.read(envelope).ciphertextOffset() + CompactLayout.TAG_BYTES;
        opened(warm, envelope);
        for (int length = 3; length < envelope.length; length++) {
            byte[] cut = Arrays.copyOf(envelope, length);
            ErrorCode expected = length < smallest ? ErrorCode.MALFORMED_ENVELOPE : ErrorCode.AUTHENTICATION_FAILED;
            assertThat(coldCode(cut)).as("cut to %d bytes", length).isEqualTo(expected);
            assertThat(warmCode(cut)).as("cut to %d bytes", length).isEqualTo(expected);
        }
        byte[] longer = Arrays.copyOf(envelope, envelope.length + 1);
        assertThat(coldCode(longer)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(warmCode(longer)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    @Requirement({"M27", "M31"})
    void aDataKeyThatIsNotTheCommittedOneIsRefusedLikeABadTag() {
        byte[] envelope = honest();
        byte[] badTag = envelope.clone();
        badTag[badTag.length - 1] ^= 1;
        String tagMessage = messageOf(badTag);
        service.replace(
                CompactEnvelope.parse(envelope).encryptedDataKeys().get(0).ciphertext(), random.bytes(32));

        assertThatThrownBy(() -> opened(cold, envelope))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessage(tagMessage)
                .hasNoCause();
        assertThat(warmCode(envelope)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(lookup.keys).isEmpty();
    }

    private String messageOf(byte[] envelope) {
        try {
            opened(cold, envelope);
        } catch (KinesisEncryptionException e) {
            return e.getMessage();
        }
        throw new AssertionError("The record was opened");
    }

    /** Two readers, each of which can open one of the two encrypted data keys, must not see two payloads. */
    @Test
    @Requirement("M27")
    void aCiphertextThatTwoKeysOpenIsRefusedUnderTheKeyThatItDoesNotCommitTo() throws Exception {
        byte[] dataKey1 = random.bytes(32);
        byte[] dataKey2 = random.bytes(32);
        CompactReference.Entry one = service.wrap(dataKey1, ORDERS);
        CompactReference.Entry two = new CompactReference.Entry("other", one.providerInfo, random.bytes(48));
        byte[] section = CompactReference.keys(List.of(one, two));
        byte[] key1 = CompactReference.recordKey(dataKey1, ORDERS_BYTES, section);
        byte[] key2 = CompactReference.recordKey(dataKey2, ORDERS_BYTES, section);
        byte[] commitment = CompactReference.commitment(dataKey1, ORDERS_BYTES, section);
        byte[] aad = concat(CompactReference.fixed(0), commitment);
        byte[] sealed = TwoKeyCiphertext.make(key1, key2, NONCE, aad);
        byte[] envelope = concat(aad, ORDERS_BYTES, section, NONCE, sealed);

        byte[] payload1 = CompactReference.gcm(Cipher.DECRYPT_MODE, key1, NONCE, aad, sealed);
        byte[] payload2 = CompactReference.gcm(Cipher.DECRYPT_MODE, key2, NONCE, aad, sealed);
        assertThat(payload1).isNotEqualTo(payload2);

        assertThat(opened(cold, envelope)).isEqualTo(payload1);
        service.replace(ByteBuffer.wrap(one.ciphertext), dataKey2);
        assertThat(coldCode(envelope)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    @Requirement("M31")
    void aKeyThatIsRemovedReorderedOrAddedIsRefusedColdAndWarm() {
        byte[] dataKey = random.bytes(32);
        CompactReference.Entry one = service.wrap(dataKey, ORDERS);
        CompactReference.Entry two = service.wrap(dataKey, ORDERS);
        byte[] section = CompactReference.keys(List.of(one, two));
        byte[] key = CompactReference.recordKey(dataKey, ORDERS_BYTES, section);
        byte[] commitment = CompactReference.commitment(dataKey, ORDERS_BYTES, section);
        byte[] good = CompactReference.seal(dataKey, 0, ORDERS_BYTES, section, NONE, NONCE, PAYLOAD);
        assertThat(opened(warm, good)).isEqualTo(PAYLOAD);

        for (List<CompactReference.Entry> entries :
                List.of(List.of(one), List.of(two), List.of(two, one), List.of(one, one), List.of(one, two, two))) {
            byte[] altered = CompactReference.seal(
                    key, commitment, 0, ORDERS_BYTES, CompactReference.keys(entries), NONE, NONCE, PAYLOAD);
            assertThat(coldCode(altered)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            assertThat(warmCode(altered)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    /** Sealed by the holder of the key for exactly these bytes, so that only the canonical rules can refuse them. */
    @Test
    @Requirement("M24")
    void aContextThatIsNotCanonicalIsRefusedEvenFromAHolderOfTheKey() {
        byte[] canonical = contextOf("kinesis:stream-name", "orders", "tenant", "acme");
        byte[] reordered = contextOf("tenant", "acme", "kinesis:stream-name", "orders");
        byte[] twice = contextOf("kinesis:stream-name", "orders", "kinesis:stream-name", "orders");
        byte[] otherTwice = contextOf("kinesis:stream-name", "payments", "kinesis:stream-name", "orders");
        byte[] longer = canonical.clone();
        longer[1]++;
        longer = concat(longer, new byte[1]);
        byte[] onePairMore = canonical.clone();
        onePairMore[3]++;
        byte[] onePairLess = canonical.clone();
        onePairLess[3]--;
        byte[] overlong = concat(CompactReference.field(concat(
                CompactReference.u16(1),
                CompactReference.field(CompactReference.utf8("kinesis:stream-name")),
                CompactReference.field(new byte[] {(byte) 0xC0, (byte) 0x80}))));
        byte[] surrogate = concat(CompactReference.field(concat(
                CompactReference.u16(1),
                CompactReference.field(CompactReference.utf8("kinesis:stream-name")),
                CompactReference.field(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))));
        byte[] noCount = CompactReference.u16(0);
        for (byte[] context :
                List.of(reordered, twice, otherTwice, longer, onePairMore, onePairLess, overlong, surrogate, noCount)) {
            byte[] dataKey = random.bytes(32);
            byte[] section = CompactReference.keys(List.of(service.wrap(dataKey, ORDERS)));
            byte[] envelope = CompactReference.seal(dataKey, 0, context, section, NONE, NONCE, PAYLOAD);
            assertThat(coldCode(envelope)).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
            assertThat(warmCode(envelope)).isEqualTo(ErrorCode.MALFORMED_ENVELOPE);
        }
        assertThat(service.decryptCalls).hasValue(0);
    }

    /** Whoever may open the keys of payments knows K and C of one; under orders' header they must open nothing, however warm the cache is. */
    @Test
    @Requirement("M31")
    void anotherStreamsKeyDoesNotPassUnderItsCommitmentEvenWhenItIsWarm() {
        ReaderContext both = new ReaderContext(
                List.of(new AcceptedStream("orders", null), new AcceptedStream("payments", null)), Map.of());
        byte[] dataKey = random.bytes(32);
        byte[] section = CompactReference.keys(List.of(service.wrap(dataKey, PAYMENTS)));
        byte[] key = CompactReference.recordKey(dataKey, PAYMENTS_BYTES, section);
        byte[] commitment = CompactReference.commitment(dataKey, PAYMENTS_BYTES, section);
        byte[] honest = CompactReference.seal(dataKey, 0, PAYMENTS_BYTES, section, NONE, NONCE, PAYLOAD);
        warm.open("shard", honest, null, both, SUITES);

        byte[] crossed = CompactReference.seal(key, commitment, 0, ORDERS_BYTES, section, NONE, NONCE, PAYLOAD);
        assertThat(codeOf(warm, crossed, null, READER)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(codeOf(warm, crossed, null, both)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(codeOf(cold, crossed, null, READER)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);

        // With an encrypted data key of orders, whose data key is another one, beside the commitment of payments.
        byte[] ordersSection = CompactReference.keys(List.of(service.wrap(random.bytes(32), ORDERS)));
        byte[] dressed = CompactReference.seal(key, commitment, 0, ORDERS_BYTES, ordersSection, NONE, NONCE, PAYLOAD);
        assertThat(codeOf(warm, dressed, null, READER)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(codeOf(cold, dressed, null, READER)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    @Requirement("M31")
    void aWarmKeyIsStillCheckedAgainstWhatEachReaderDemands() {
        byte[] envelope = honest();
        opened(warm, envelope);

        assertThat(codeOf(warm, envelope, null, reader("payments", Map.of()))).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(warm, envelope, null, reader("orders", Map.of("tenant", "acme"))))
                .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        assertThat(opened(warm, envelope)).isEqualTo(PAYLOAD);
    }

    @Test
    @Requirement({"M9", "M11", "M30", "M31"})
    void whatCanBeRefusedWithoutAKeyCostsNoKeyCall() {
        byte[] envelope = honest();
        byte[] bound = keys.generate(ORDERS).seal(CompactLayout.FLAG_PARTITION_KEY_BOUND, "c", Payload.of(PAYLOAD));
        CompactOpener stranger = new CompactOpener(lookup, (provider, info) -> false, "another keyring");

        assertThat(codeOf(warm, envelope, null, reader("payments", Map.of()))).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(warm, envelope, null, reader("orders", Map.of("tenant", "acme"))))
                .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        assertThat(codeOf(warm, bound, null, READER)).isEqualTo(ErrorCode.PARTITION_KEY_MISSING);
        assertThatThrownBy(() -> opened(stranger, envelope))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED))
                .hasMessageContaining("fake key-1")
                .hasMessageContaining("another keyring");
        assertThat(service.decryptCalls).hasValue(0);
    }

    @Test
    void aFormatThatIsNotAcceptedIsRefusedEvenWhenItsKeyIsWarm() {
        byte[] envelope = honest();
        opened(warm, envelope);

        assertThatThrownBy(() -> warm.open(
                        "shard", envelope, null, READER, EnumSet.of(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY)))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_SUITE));
    }

    @Test
    @Requirement("M30")
    void aBoundRecordIsCheckedColdAndWarm() {
        RecordKey writer = keys.generate(ORDERS);
        byte[] bound = writer.seal(CompactLayout.FLAG_PARTITION_KEY_BOUND, "customer-1", Payload.of(PAYLOAD));
        assertThat(warm.open("shard", bound, "customer-1", READER, SUITES).bytes())
                .isEqualTo(PAYLOAD);

        for (CompactOpener opener : List.of(cold, warm)) {
            assertThat(codeOf(opener, bound, null, READER)).isEqualTo(ErrorCode.PARTITION_KEY_MISSING);
            assertThat(codeOf(opener, bound, "customer-2", READER)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    /** The pair that ties a data key to the format is never on the wire, and the Encryption SDK's own are not COMPACT's. */
    @Test
    @Requirement({"M8", "M9", "M32"})
    void reservedPairsOnTheWireAreRefused() {
        for (String[] pair : List.of(
                new String[] {"kinesis:envelope", "compact-1"}, new String[] {"kinesis:payload", "aggregate"})) {
            Map<String, String> context = Map.of("kinesis:stream-name", "orders", pair[0], pair[1]);
            byte[] dataKey = random.bytes(32);
            byte[] section = CompactReference.keys(List.of(service.wrap(dataKey, context)));
            byte[] envelope =
                    CompactReference.seal(dataKey, 0, CompactReference.context(context), section, NONE, NONCE, PAYLOAD);
            assertThat(coldCode(envelope)).isIn(ErrorCode.CONTEXT_MISMATCH, ErrorCode.UNSUPPORTED_PAYLOAD);
        }
        assertThat(service.decryptCalls).hasValue(0);
    }

    @Test
    void randomBytesAreNeverOpenedAndOnlyThisLibrarysErrorsComeOut() {
        byte[] honest = honest();
        opened(warm, honest);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes;
            if (i % 2 == 0) {
                bytes = concat(CompactReference.fixed(random.below(8)), random.bytes(random.below(400)));
            } else {
                bytes = Arrays.copyOf(honest, 6 + random.below(honest.length));
                for (int flips = 1 + random.below(4); flips > 0; flips--) {
                    bytes[3 + random.below(bytes.length - 3)] ^= (byte) (1 << random.below(8));
                }
                if (Arrays.equals(bytes, honest)) {
                    continue;
                }
            }
            try {
                warm.open("shard", bytes, null, READER, SUITES);
                throw new AssertionError("Opened: " + random);
            } catch (KinesisEncryptionException e) {
                assertThat(e.failureClass())
                        .as(random.toString())
                        .isIn(FailureClass.RECORD, FailureClass.PERMANENT_KEY);
            } catch (RuntimeException e) {
                throw new AssertionError(random.toString(), e);
            }
        }
    }

    @Test
    void lookingForMissingKeysLeavesNoLeaseBehind() {
        byte[] envelope = honest();
        CompactKeySection section = CompactEnvelope.parse(envelope).keySection();
        List<byte[]> batch = List.of(envelope, Arrays.copyOf(envelope, 40), envelope.clone());
        assertThat(warm.needed(batch, READER, SUITES)).isEqualTo(new CompactOpener.Needed(1, List.of(section)));
        assertThat(service.decryptCalls).hasValue(0);
        opened(warm, envelope);
        RecordKey key = Objects.requireNonNull(lookup.find(section));
        key.release();

        for (int i = 0; i < 3; i++) {
            assertThat(warm.needed(batch, READER, SUITES)).isEqualTo(new CompactOpener.Needed(1, List.of()));
        }

        key.close();
        // The last lease would keep it alive.
        assertThatIllegalStateException().isThrownBy(() -> key.seal(0, null, Payload.of(PAYLOAD)));
    }
}
