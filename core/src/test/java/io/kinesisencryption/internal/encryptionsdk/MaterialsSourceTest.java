// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateDefaultCryptographicMaterialsManagerInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.DecryptionMaterials;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

class MaterialsSourceTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders", "tenant", "acme");

    private final InMemoryKms kms = InMemoryKms.create();
    private final Keyring kmsKeyring = Keyrings.awsKms(kms.createKey(), kms.client());

    private static DataKeySource compact(Keyring keyring) {
        return source(keyring).dataKeys(EnvelopeFormat.COMPACT);
    }

    private static MaterialsSource source(Keyring keyring) {
        return new MaterialsSource(keyring.open().materialProvidersKeyring(), keyring.toString());
    }

    private static ErrorCode codeOf(DataKeySource source, List<EncryptedDataKeyEntry> keys, Map<String, String> pairs) {
        try (DataKey key = source.decrypt(keys, pairs)) {
            throw new AssertionError("Opened " + key);
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
    }

    @Test
    void aDataKeyIsMadeAndOpenedAgain() {
        for (Keyring keyring : List.of(Samples.rawAes(), kmsKeyring)) {
            DataKeySource source = compact(keyring);
            try (DataKey made = source.generate(CONTEXT);
                    DataKey opened = source.decrypt(made.encryptedDataKeys(), CONTEXT);
                    DataKey second = source.generate(CONTEXT)) {
                assertThat(made.bytes()).hasSize(32);
                assertThat(opened.bytes()).isEqualTo(made.bytes());
                assertThat(made.encryptedDataKeys()).hasSize(1);
                assertThat(second.bytes()).isNotEqualTo(made.bytes());
                EncryptedDataKeyEntry entry = made.encryptedDataKeys().get(0);
                assertThat(keyring.recognises(entry.providerId(), entry.providerInfo()))
                        .isTrue();
            }
        }
    }

    @Test
    void aClosedDataKeyIsZero() {
        DataKey key = compact(Samples.rawAes()).generate(CONTEXT);
        key.close();

        assertThat(key.bytes()).containsOnly(0);
        assertThat(key.toString()).isEqualTo("DataKey[1 encrypted copies]");
    }

    @Test
    void aDataKeyOfOneFormatIsNotHadForTheOther() {
        for (Keyring keyring : List.of(Samples.rawAes(), kmsKeyring)) {
            MaterialsSource source = source(keyring);
            DataKeySource compact = source.dataKeys(EnvelopeFormat.COMPACT);
            DataKeySource sdk = source.dataKeys(EnvelopeFormat.AWS_ENCRYPTION_SDK);
            try (DataKey ofCompact = compact.generate(CONTEXT);
                    DataKey ofSdk = sdk.generate(CONTEXT)) {
                assertThat(codeOf(sdk, ofCompact.encryptedDataKeys(), CONTEXT))
                        .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
                assertThat(codeOf(compact, ofSdk.encryptedDataKeys(), CONTEXT))
                        .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            }
        }
    }

    /** What a message of the Encryption SDK itself carries, and not only what this source asks for in its name. */
    @Test
    void theDataKeyOfAnEncryptionSdkMessageIsNotHadForCompact() {
        byte[] message = Samples.committed(kmsKeyring, 4096, CONTEXT, Samples.PLAINTEXT);
        List<EncryptedDataKeyEntry> keys = EncryptionSdkMessage.parse(message).encryptedDataKeys();
        MaterialsSource source = source(kmsKeyring);
        // The SDK's own reader asks for the same materials.
        source.dataKeys(EnvelopeFormat.AWS_ENCRYPTION_SDK)
                .decrypt(keys, CONTEXT)
                .close();

        assertThat(codeOf(source.dataKeys(EnvelopeFormat.COMPACT), keys, CONTEXT))
                .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
    }

    @Test
    void theMarkOfTheFormatIsRefusedOnTheWireOfEither() {
        Map<String, String> marked = new HashMap<>(CONTEXT);
        marked.put("kinesis:envelope", "compact-1");
        MaterialsSource source = source(kmsKeyring);
        try (DataKey key = source.dataKeys(EnvelopeFormat.COMPACT).generate(CONTEXT)) {
            for (EnvelopeFormat format : EnvelopeFormat.values()) {
                assertThat(codeOf(source.dataKeys(format), key.encryptedDataKeys(), marked))
                        .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
            }
            assertThat(codeOf(
                            source.dataKeys(EnvelopeFormat.COMPACT),
                            key.encryptedDataKeys(),
                            Map.of("aws-crypto-public-key", "x")))
                    .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        }
        assertThat(kms.callCount("Decrypt")).isZero();
    }

    @Test
    void anotherContextOrAnotherKeyOfTheSameNameIsAnAuthenticationFailure() {
        for (Keyring keyring : List.of(Samples.rawAes(), kmsKeyring)) {
            DataKeySource source = compact(keyring);
            try (DataKey key = source.generate(CONTEXT)) {
                assertThat(codeOf(source, key.encryptedDataKeys(), Map.of("kinesis:stream-name", "orders")))
                        .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            }
        }
        try (DataKey key = compact(Samples.rawAes()).generate(CONTEXT)) {
            assertThat(codeOf(compact(Samples.rawAes("test", "key-1", 2)), key.encryptedDataKeys(), CONTEXT))
                    .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            assertThat(codeOf(compact(Samples.rawAes("test", "key-2", 1)), key.encryptedDataKeys(), CONTEXT))
                    .isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        }
    }

    @Test
    @Requirement("M26")
    void aKeyringThatChangesTheContextIsAKeyFailure() {
        IKeyring raw = Samples.rawAes().open().materialProvidersKeyring();
        IKeyring meddling = new DelegatingKeyring(raw) {
            @Override
            public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
                OnEncryptOutput output = super.OnEncrypt(input);
                Map<String, String> changed = new HashMap<>(output.materials().encryptionContext());
                changed.put("tenant", "umbrella");
                return OnEncryptOutput.builder()
                        .materials(output.materials().toBuilder()
                                .encryptionContext(changed)
                                .build())
                        .build();
            }
        };
        DataKeySource source = new MaterialsSource(meddling, "meddling").dataKeys(EnvelopeFormat.COMPACT);

        // The library's own materials manager sees it first; whoever sees it, it is the keyring's fault and not a
        // record's.
        assertThatThrownBy(() -> source.generate(CONTEXT)).isInstanceOf(PermanentKeyException.class);
    }

    /** The handed-out copy is overwritten; a keyring that keeps what it gave must not find zeros in it. */
    @Test
    void overwritingTheKeyDoesNotReachIntoAKeyring() {
        IKeyring raw = Samples.rawAes().open().materialProvidersKeyring();
        IKeyring keeping = new DelegatingKeyring(raw) {
            private OnEncryptOutput kept;

            @Override
            public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
                if (kept == null) {
                    kept = super.OnEncrypt(input);
                }
                return kept;
            }
        };
        DataKeySource source = new MaterialsSource(keeping, "keeping").dataKeys(EnvelopeFormat.COMPACT);
        byte[] first;
        try (DataKey key = source.generate(CONTEXT)) {
            first = key.bytes().clone();
        }
        try (DataKey key = source.generate(CONTEXT)) {
            assertThat(key.bytes()).isEqualTo(first);
            assertThat(ByteBuffer.wrap(first)).isNotEqualTo(ByteBuffer.allocate(32));
        }
    }

    @Test
    void whatIsHandedOutIsOverwrittenOnceItIsADataKey() {
        Meddling manager = new Meddling(kmsKeyring);
        DataKeySource source = new MaterialsSource(manager, "watched").dataKeys(EnvelopeFormat.COMPACT);
        try (DataKey made = source.generate(CONTEXT);
                DataKey opened = source.decrypt(made.encryptedDataKeys(), CONTEXT)) {
            assertThat(opened.bytes()).isEqualTo(made.bytes()).isNotEqualTo(new byte[32]);
        }
        assertThat(manager.handedOut)
                .hasSize(2)
                .allSatisfy(array -> assertThat(array).containsOnly(0));
    }

    /** The library's materials manager checks the same of its keyring; if it let something through, no record may be sealed under it or opened. */
    @Test
    @Requirement("M26")
    void materialsForAnotherContextOrWithADataKeyOfAnotherSizeAreAKeyFailureAndOverwritten() {
        Map<String, String> other = Map.of("kinesis:stream-name", "payments");
        for (Map<String, String> context : List.of(other, Map.<String, String>of())) {
            assertSpoilt(new Meddling(kmsKeyring, context, 32), "changed the encryption context");
        }
        for (int size : new int[] {0, 31, 33}) {
            assertSpoilt(
                    new Meddling(kmsKeyring, null, size), "gave a data key of %d bytes instead of 32".formatted(size));
        }
        assertSpoilt(new Meddling(kmsKeyring, null, -1), "gave a data key of 0 bytes instead of 32");
    }

    @Test
    void theVerificationKeyIsAPairOfSignedMaterialsOnly() {
        Map<String, String> signed = new HashMap<>(CONTEXT);
        signed.put("aws-crypto-public-key", "x");
        MaterialsSource source = new MaterialsSource(new Meddling(kmsKeyring, signed, 32), "meddling");

        assertThat(source.encryptionMaterials(SIGNED, CONTEXT).encryptionContext())
                .isEqualTo(signed);
        assertThatThrownBy(() -> source.encryptionMaterials(UNSIGNED, CONTEXT))
                .isInstanceOf(PermanentKeyException.class)
                .hasMessageContaining("changed the encryption context");
    }

    private void assertSpoilt(Meddling manager, String what) {
        List<EncryptedDataKeyEntry> keys;
        MaterialsSource honest = source(kmsKeyring);
        try (DataKey key = honest.dataKeys(EnvelopeFormat.AWS_ENCRYPTION_SDK).generate(CONTEXT)) {
            keys = key.encryptedDataKeys();
        }
        MaterialsSource spoilt = new MaterialsSource(manager, "meddling");
        List<ThrowingCallable> uses = List.of(
                () -> spoilt.encryptionMaterials(UNSIGNED, CONTEXT),
                () -> spoilt.encryptionMaterials(SIGNED, CONTEXT),
                () -> spoilt.decryptionMaterials(UNSIGNED, keys, CONTEXT));
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use)
                    .isInstanceOf(PermanentKeyException.class)
                    .hasMessage("The keyring meddling " + what);
        }
        assertThat(manager.handedOut).allSatisfy(array -> assertThat(array).isEqualTo(new byte[array.length]));
    }

    /** A keyring asks KMS about each encrypted data key that it is given until one opens: a forger would name one key eight times. */
    @Test
    void aKmsKeyThatIsNamedAgainIsLeftOutAndNothingElse() {
        List<EncryptedDataKeyEntry> asked = new ArrayList<>();
        IKeyring watching = new DelegatingKeyring(Samples.rawAes().open().materialProvidersKeyring()) {
            @Override
            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                input.encryptedDataKeys()
                        .forEach(key -> asked.add(new EncryptedDataKeyEntry(
                                key.keyProviderId(), key.keyProviderInfo(), key.ciphertext())));
                throw new IllegalStateException("seen");
            }
        };
        List<EncryptedDataKeyEntry> named = List.of(
                entry("aws-kms", "one", 1),
                entry("raw", "one", 2),
                entry("aws-kms", "two", 3),
                entry("aws-kms", "one", 4),
                entry("aws-kms-hierarchy", "one", 5),
                entry("raw", "one", 6),
                entry("aws-kms-hierarchy", "one", 7),
                entry("aws-kms", "two", 8));
        DataKeySource source = new MaterialsSource(watching, "watching").dataKeys(EnvelopeFormat.COMPACT);

        assertThat(codeOf(source, named, CONTEXT)).isEqualTo(ErrorCode.KEY_FAILURE);

        assertThat(asked).containsExactly(named.get(0), named.get(1), named.get(2), named.get(4), named.get(5));
    }

    private static EncryptedDataKeyEntry entry(String provider, String info, int ciphertext) {
        return new EncryptedDataKeyEntry(
                provider,
                ByteBuffer.wrap(info.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(new byte[] {(byte) ciphertext}));
    }

    /** Hands on what the library's manager gives, with another context or a data key of another size if so wanted, and keeps the arrays of the keys. */
    private static final class Meddling implements ICryptographicMaterialsManager {
        private final ICryptographicMaterialsManager honest;
        private final @Nullable Map<String, String> context;
        private final int dataKeySizeBytes;
        final List<byte[]> handedOut = new ArrayList<>();

        Meddling(Keyring keyring) {
            this(keyring, null, 32);
        }

        /** A size of -1 leaves the data key out. */
        Meddling(Keyring keyring, @Nullable Map<String, String> context, int dataKeySizeBytes) {
            this.honest = MaterialProviders.builder()
                    .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                    .build()
                    .CreateDefaultCryptographicMaterialsManager(
                            CreateDefaultCryptographicMaterialsManagerInput.builder()
                                    .keyring(keyring.open().materialProvidersKeyring())
                                    .build());
            this.context = context;
            this.dataKeySizeBytes = dataKeySizeBytes;
        }

        private ByteBuffer keep(ByteBuffer dataKey) {
            byte[] array = new byte[dataKeySizeBytes];
            dataKey.get(array, 0, Math.min(array.length, dataKey.remaining()));
            handedOut.add(array);
            return ByteBuffer.wrap(array);
        }

        @Override
        public GetEncryptionMaterialsOutput GetEncryptionMaterials(GetEncryptionMaterialsInput input) {
            EncryptionMaterials given = honest.GetEncryptionMaterials(input).encryptionMaterials();
            EncryptionMaterials.Builder materials = EncryptionMaterials.builder()
                    .algorithmSuite(given.algorithmSuite())
                    .encryptionContext(context == null ? given.encryptionContext() : context)
                    .encryptedDataKeys(given.encryptedDataKeys())
                    .requiredEncryptionContextKeys(given.requiredEncryptionContextKeys());
            if (dataKeySizeBytes >= 0) {
                materials.plaintextDataKey(keep(given.plaintextDataKey()));
            }
            if (given.signingKey() != null) {
                byte[] signingKey = new byte[given.signingKey().remaining()];
                given.signingKey().get(signingKey);
                handedOut.add(signingKey);
                materials.signingKey(ByteBuffer.wrap(signingKey));
            }
            return GetEncryptionMaterialsOutput.builder()
                    .encryptionMaterials(materials.build())
                    .build();
        }

        @Override
        public DecryptMaterialsOutput DecryptMaterials(DecryptMaterialsInput input) {
            DecryptionMaterials given = honest.DecryptMaterials(input).decryptionMaterials();
            DecryptionMaterials.Builder materials = DecryptionMaterials.builder()
                    .algorithmSuite(given.algorithmSuite())
                    .encryptionContext(context == null ? given.encryptionContext() : context)
                    .requiredEncryptionContextKeys(given.requiredEncryptionContextKeys());
            if (dataKeySizeBytes >= 0) {
                materials.plaintextDataKey(keep(given.plaintextDataKey()));
            }
            return DecryptMaterialsOutput.builder()
                    .decryptionMaterials(materials.build())
                    .build();
        }
    }

    private static class DelegatingKeyring implements IKeyring {
        private final IKeyring delegate;

        DelegatingKeyring(IKeyring delegate) {
            this.delegate = delegate;
        }

        @Override
        public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
            return delegate.OnEncrypt(input);
        }

        @Override
        public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
            return delegate.OnDecrypt(input);
        }
    }
}
