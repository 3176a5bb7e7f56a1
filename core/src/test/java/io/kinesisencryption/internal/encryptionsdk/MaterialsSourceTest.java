// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.IKeyring;
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
