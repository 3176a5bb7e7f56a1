// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.KeyContext;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AlgorithmSuiteId;
import software.amazon.cryptography.materialproviders.model.CommitmentPolicy;
import software.amazon.cryptography.materialproviders.model.CreateDefaultCryptographicMaterialsManagerInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptionMaterials;
import software.amazon.cryptography.materialproviders.model.ESDKAlgorithmSuiteId;
import software.amazon.cryptography.materialproviders.model.ESDKCommitmentPolicy;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/**
 * Asks a keyring for materials, through the default materials manager, for the committing and unsigned suite 0x0478. Nothing is kept: each call asks
 * once. Thread-safe as far as the keyring is.
 */
public final class MaterialsSource {
    private static final AlgorithmSuiteId SUITE = AlgorithmSuiteId.builder()
            .ESDK(ESDKAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
            .build();
    private static final CommitmentPolicy POLICY = CommitmentPolicy.builder()
            .ESDK(ESDKCommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
            .build();

    private final ICryptographicMaterialsManager manager;
    private final String keyringName;

    /**
     * Makes one over a keyring.
     *
     * @param keyring where data keys come from
     * @param keyringName what errors call it
     */
    public MaterialsSource(IKeyring keyring, String keyringName) {
        this.manager = MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build()
                .CreateDefaultCryptographicMaterialsManager(CreateDefaultCryptographicMaterialsManagerInput.builder()
                        .keyring(keyring)
                        .build());
        this.keyringName = keyringName;
    }

    /**
     * The data keys of one envelope format. Those of one are never had from another's.
     *
     * @param format the format
     * @return a source
     */
    public DataKeySource dataKeys(EnvelopeFormat format) {
        return new DataKeySource() {
            @Override
            public DataKey generate(Map<String, String> context) {
                EncryptionMaterials materials = encryptionMaterials(KeyContext.of(format, context));
                return taken(
                        materials.plaintextDataKey(),
                        materials.encryptedDataKeys().stream()
                                .map(key -> new EncryptedDataKeyEntry(
                                        key.keyProviderId(), key.keyProviderInfo(), key.ciphertext()))
                                .toList());
            }

            @Override
            public DataKey decrypt(List<EncryptedDataKeyEntry> encryptedDataKeys, Map<String, String> context) {
                DecryptionMaterials materials = decryptionMaterials(encryptedDataKeys, KeyContext.of(format, context));
                return taken(materials.plaintextDataKey(), encryptedDataKeys);
            }
        };
    }

    /** Materials for a new data key under exactly these pairs. */
    EncryptionMaterials encryptionMaterials(Map<String, String> pairs) {
        EncryptionMaterials materials;
        try {
            materials = manager.GetEncryptionMaterials(GetEncryptionMaterialsInput.builder()
                            .algorithmSuiteId(SUITE)
                            .commitmentPolicy(POLICY)
                            .encryptionContext(pairs)
                            .build())
                    .encryptionMaterials();
        } catch (RuntimeException e) {
            throw KeyFailures.onEncrypt(e, keyringName);
        }
        checkPairs(pairs, materials.encryptionContext(), materials.plaintextDataKey());
        return materials;
    }

    /** Materials of a record's data key under exactly these pairs. */
    DecryptionMaterials decryptionMaterials(List<EncryptedDataKeyEntry> keys, Map<String, String> pairs) {
        DecryptionMaterials materials;
        try {
            materials = manager.DecryptMaterials(DecryptMaterialsInput.builder()
                            .algorithmSuiteId(SUITE)
                            .commitmentPolicy(POLICY)
                            .encryptedDataKeys(
                                    keys.stream().map(MaterialsSource::sdkEntry).toList())
                            .encryptionContext(pairs)
                            .build())
                    .decryptionMaterials();
        } catch (RuntimeException e) {
            throw KeyFailures.onDecrypt(e, keyringName);
        }
        checkPairs(pairs, materials.encryptionContext(), materials.plaintextDataKey());
        return materials;
    }

    private void checkPairs(Map<String, String> sent, Map<String, String> returned, @Nullable ByteBuffer dataKey) {
        if (!sent.equals(returned)) {
            erase(dataKey);
            throw keyringFault("changed the encryption context");
        }
    }

    private DataKey taken(@Nullable ByteBuffer plaintext, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        if (plaintext == null || plaintext.remaining() != DataKey.SIZE_BYTES) {
            int size = plaintext == null ? 0 : plaintext.remaining();
            erase(plaintext);
            throw keyringFault("gave a data key of %d bytes instead of %d".formatted(size, DataKey.SIZE_BYTES));
        }
        byte[] bytes = new byte[DataKey.SIZE_BYTES];
        plaintext.duplicate().get(bytes);
        erase(plaintext);
        return DataKey.takeOver(bytes, encryptedDataKeys);
    }

    /** The array that the library handed out; what it copied before, on its way from the keyring, is out of reach. */
    private static void erase(@Nullable ByteBuffer plaintext) {
        if (plaintext != null && plaintext.hasArray()) {
            Arrays.fill(
                    plaintext.array(), plaintext.arrayOffset(), plaintext.arrayOffset() + plaintext.limit(), (byte) 0);
        }
    }

    private static EncryptedDataKey sdkEntry(EncryptedDataKeyEntry key) {
        return EncryptedDataKey.builder()
                .keyProviderId(key.providerId())
                .keyProviderInfo(key.providerInfo())
                .ciphertext(key.ciphertext())
                .build();
    }

    private KinesisEncryptionException keyringFault(String what) {
        return new PermanentKeyException(ErrorCode.KEY_FAILURE, "The keyring %s %s".formatted(keyringName, what), null);
    }
}
