// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.compact.CompactCipher;
import io.kinesisencryption.internal.crypto.NonceSource;
import io.kinesisencryption.internal.crypto.RecordKey;
import io.kinesisencryption.internal.crypto.RecordKeys;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.FixedDataKey;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.model.DecryptionMaterials;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;

/** Whoever knows a data key of one format makes an envelope of the other with it, in which nothing is wrong but the format of its data key. */
class FormatTransplantTest {
    private static final ReaderContext READER =
            new ReaderContext(List.of(new AcceptedStream("orders", null)), Map.of());

    private final InMemoryKms kms = InMemoryKms.create();
    private final List<Keyring> keyrings = List.of(Samples.rawAes(), Keyrings.awsKms(kms.createKey(), kms.client()));

    private static MaterialsSource source(Keyring keyring) {
        return new MaterialsSource(keyring.open().materialProvidersKeyring(), keyring.toString());
    }

    private static byte[] openCompact(DataKeySource dataKeys, byte[] envelope) {
        KeyCacheOptions options = Ciphers.options().build();
        try (KeyLoads loads = new KeyLoads(options);
                CompactCipher cipher = new CompactCipher(
                        dataKeys, (provider, info) -> true, "keyring", null, options, loads, KeyCacheEvents.NONE)) {
            return cipher.decrypt(
                            Ciphers.SHARD, envelope, envelope.length, null, READER, EnumSet.allOf(AlgorithmSuite.class))
                    .bytes();
        }
    }

    @Test
    void anEncryptedDataKeyOfAMessageDoesNotOpenInACompactEnvelope() {
        for (Keyring keyring : keyrings) {
            MaterialsSource source = source(keyring);
            EncryptionMaterials materials = source.encryptionMaterials(UNSIGNED, ORDERS);
            FixedDataKey indifferent = new FixedDataKey(
                    materials.plaintextDataKey().array(),
                    materials.encryptedDataKeys().stream()
                            .map(key -> new EncryptedDataKeyEntry(
                                    key.keyProviderId(), key.keyProviderInfo(), key.ciphertext()))
                            .toList());
            byte[] envelope;
            try (RecordKey key =
                    new RecordKeys(indifferent, null, NonceSource.random((sweep, delayNanos) -> {})).generate(ORDERS)) {
                envelope = key.seal(0, null, Payload.of(Samples.PLAINTEXT));
            }

            assertThat(openCompact(indifferent, envelope)).isEqualTo(Samples.PLAINTEXT);
            assertThat(Ciphers.codeOf(() -> openCompact(source.dataKeys(EnvelopeFormat.COMPACT), envelope)))
                    .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    @Test
    void anEncryptedDataKeyOfACompactEnvelopeDoesNotOpenInAMessage() {
        for (Keyring keyring : keyrings) {
            byte[] dataKey;
            byte[] message;
            try (DataKey compact =
                    source(keyring).dataKeys(EnvelopeFormat.COMPACT).generate(ORDERS)) {
                dataKey = compact.bytes().clone();
                message = message(keyring, ORDERS, compact);
            }

            DecryptionIdentity identity = DecryptionIdentity.of(EncryptionSdkMessage.parse(message));
            DecryptionMaterials materials = DecryptionMaterials.builder()
                    .algorithmSuite(source(keyring)
                            .encryptionMaterials(UNSIGNED, ORDERS)
                            .algorithmSuite())
                    .encryptionContext(ORDERS)
                    .requiredEncryptionContextKeys(List.of())
                    .plaintextDataKey(ByteBuffer.wrap(dataKey))
                    .build();
            OpeningMaterials indifferent = new OpeningMaterials(
                    identity, materials, (manager, bytes) -> new SdkInstances().decrypt(manager, bytes), "any");
            assertThat(indifferent.open(new OpeningMaterials.Call(message, EncryptionSdkMessage.parse(message))))
                    .isEqualTo(Samples.PLAINTEXT);
            try (Ciphers ciphers = new Ciphers(keyring)) {
                assertThat(ciphers.codeOf(message)).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            }
        }
    }

    /** With it the key service would agree. */
    @Test
    @Requirement({"M8", "M9"})
    void thePairThatMarksTheOtherFormatIsRefusedOnTheWireBeforeAnyKeyCall() {
        Map<String, String> marked = new HashMap<>(ORDERS);
        marked.put("kinesis:envelope", "compact-1");
        for (Keyring keyring : keyrings) {
            byte[] message;
            try (DataKey compact =
                    source(keyring).dataKeys(EnvelopeFormat.COMPACT).generate(ORDERS)) {
                message = message(keyring, marked, compact);
            }
            try (Ciphers ciphers = new Ciphers(keyring)) {
                kms.resetCalls();
                assertThat(ciphers.codeOf(message)).isEqualTo(ErrorCode.CONTEXT_MISMATCH);
                assertThat(Ciphers.codeOf(() -> ciphers.seal(UNSIGNED, marked, Samples.PLAINTEXT)))
                        .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
                assertThat(kms.calls().values()).allMatch(count -> count == 0);
            }
        }
    }

    private static byte[] message(Keyring keyring, Map<String, String> context, DataKey compact) {
        EncryptionMaterials materials = source(keyring).encryptionMaterials(UNSIGNED, context).toBuilder()
                .plaintextDataKey(ByteBuffer.wrap(compact.bytes().clone()))
                .encryptedDataKeys(compact.encryptedDataKeys().stream()
                        .map(key -> EncryptedDataKey.builder()
                                .keyProviderId(key.providerId())
                                .keyProviderInfo(copy(key.providerInfo()))
                                .ciphertext(copy(key.ciphertext()))
                                .build())
                        .toList())
                .build();
        SdkInstances instances = new SdkInstances();
        return new SealingMaterials(
                        materials, (manager, payload) -> instances.encrypt(UNSIGNED, manager, payload), "any")
                .seal(Samples.PLAINTEXT);
    }

    private static ByteBuffer copy(ByteBuffer readOnly) {
        byte[] bytes = new byte[readOnly.remaining()];
        readOnly.get(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
