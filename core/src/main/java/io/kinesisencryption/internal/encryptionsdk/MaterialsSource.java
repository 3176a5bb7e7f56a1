// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.KeyContext;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
 * Asks a keyring for materials, through the default materials manager, for the committing suites. Nothing is kept: each call asks once.
 * Thread-safe as far as the keyring is.
 */
public final class MaterialsSource {
    /** What both formats use: COMPACT derives its keys from the data keys of the unsigned suite. */
    private static final AlgorithmSuite UNSIGNED = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

    private static final AlgorithmSuiteId UNSIGNED_ID = AlgorithmSuiteId.builder()
            .ESDK(ESDKAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
            .build();
    private static final AlgorithmSuiteId SIGNED_ID = AlgorithmSuiteId.builder()
            .ESDK(ESDKAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384)
            .build();

    /** The pair by which the library binds the verification key of a signed message to its data key. */
    private static final String PUBLIC_KEY = "aws-crypto-public-key";

    private static final CommitmentPolicy POLICY = CommitmentPolicy.builder()
            .ESDK(ESDKCommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
            .build();

    /** What the ids of the providers begin with whose wrapping keys are AWS KMS's: symmetric, RSA, and the branch keys of a hierarchy. */
    private static final String AWS_KMS = "aws-kms";

    private final ICryptographicMaterialsManager manager;
    private final String keyringName;

    /**
     * Makes one over a keyring.
     *
     * @param keyring where data keys come from
     * @param keyringName what errors call it
     */
    public MaterialsSource(IKeyring keyring, String keyringName) {
        this(
                MaterialProviders.builder()
                        .MaterialProvidersConfig(
                                MaterialProvidersConfig.builder().build())
                        .build()
                        .CreateDefaultCryptographicMaterialsManager(
                                CreateDefaultCryptographicMaterialsManagerInput.builder()
                                        .keyring(keyring)
                                        .build()),
                keyringName);
    }

    /** For tests, with a manager that does not check what its keyring gave. */
    MaterialsSource(ICryptographicMaterialsManager manager, String keyringName) {
        this.manager = manager;
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
                EncryptionMaterials materials = encryptionMaterials(UNSIGNED, KeyContext.of(format, context));
                return taken(
                        materials.plaintextDataKey(),
                        materials.encryptedDataKeys().stream()
                                .map(key -> new EncryptedDataKeyEntry(
                                        key.keyProviderId(), key.keyProviderInfo(), key.ciphertext()))
                                .toList());
            }

            @Override
            public DataKey decrypt(List<EncryptedDataKeyEntry> encryptedDataKeys, Map<String, String> context) {
                DecryptionMaterials materials =
                        decryptionMaterials(UNSIGNED, encryptedDataKeys, KeyContext.of(format, context));
                return taken(materials.plaintextDataKey(), encryptedDataKeys);
            }
        };
    }

    /**
     * Materials for a new data key under exactly these pairs, and with a signed suite the one of the verification key.
     *
     * @return materials whose data key has 32 bytes, in arrays that are the caller's to overwrite
     */
    EncryptionMaterials encryptionMaterials(AlgorithmSuite suite, Map<String, String> pairs) {
        EncryptionMaterials materials;
        try {
            materials = manager.GetEncryptionMaterials(GetEncryptionMaterialsInput.builder()
                            .algorithmSuiteId(idOf(suite))
                            .commitmentPolicy(POLICY)
                            .encryptionContext(pairs)
                            .build())
                    .encryptionMaterials();
        } catch (RuntimeException e) {
            throw KeyFailures.onEncrypt(e, keyringName);
        }
        Map<String, String> expected = pairs;
        String publicKey = materials.encryptionContext().get(PUBLIC_KEY);
        if (suite.signed() && publicKey != null) {
            expected = new HashMap<>(pairs);
            expected.put(PUBLIC_KEY, publicKey);
        }
        check(expected, materials.encryptionContext(), materials.plaintextDataKey(), materials.signingKey());
        return materials;
    }

    /**
     * Materials of a record's data key under exactly these pairs.
     *
     * @return materials whose data key has 32 bytes, in arrays that are the caller's to overwrite
     */
    DecryptionMaterials decryptionMaterials(
            AlgorithmSuite suite, List<EncryptedDataKeyEntry> keys, Map<String, String> pairs) {
        DecryptionMaterials materials;
        try {
            materials = manager.DecryptMaterials(DecryptMaterialsInput.builder()
                            .algorithmSuiteId(idOf(suite))
                            .commitmentPolicy(POLICY)
                            .encryptedDataKeys(oneForEachKmsKey(keys).stream()
                                    .map(MaterialsSource::sdkEntry)
                                    .toList())
                            .encryptionContext(pairs)
                            .build())
                    .decryptionMaterials();
        } catch (RuntimeException e) {
            throw KeyFailures.onDecrypt(e, keyringName);
        }
        check(pairs, materials.encryptionContext(), materials.plaintextDataKey(), null);
        return materials;
    }

    /**
     * Leaves out what names an AWS KMS key again. A keyring asks KMS for each encrypted data key that it is given until one opens, and no writer
     * encrypts a data key twice under one key: only a forger would, to have a record cost eight calls.
     */
    private static Collection<EncryptedDataKeyEntry> oneForEachKmsKey(List<EncryptedDataKeyEntry> keys) {
        Map<Object, EncryptedDataKeyEntry> first = new LinkedHashMap<>();
        for (EncryptedDataKeyEntry key : keys) {
            // Other providers tell wrapping keys apart by more than what they call the info.
            Object wrappingKey = key.providerId().startsWith(AWS_KMS)
                    ? Map.entry(key.providerId(), key.providerInfo())
                    : new Object();
            first.putIfAbsent(wrappingKey, key);
        }
        return first.values();
    }

    /** The library's name of a suite. */
    static AlgorithmSuiteId idOf(AlgorithmSuite suite) {
        return switch (suite) {
            case AES_256_GCM_HKDF_SHA512_COMMIT_KEY -> UNSIGNED_ID;
            case AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384 -> SIGNED_ID;
            case COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY ->
                throw new IllegalArgumentException("The Encryption SDK has no suite " + suite);
        };
    }

    private void check(
            Map<String, String> sent,
            Map<String, String> returned,
            @Nullable ByteBuffer dataKey,
            @Nullable ByteBuffer signingKey) {
        String fault = null;
        if (!sent.equals(returned)) {
            fault = "changed the encryption context";
        } else if (dataKey == null || dataKey.remaining() != DataKey.SIZE_BYTES) {
            fault = "gave a data key of %d bytes instead of %d"
                    .formatted(dataKey == null ? 0 : dataKey.remaining(), DataKey.SIZE_BYTES);
        }
        if (fault != null) {
            SecretBytes.erase(dataKey);
            SecretBytes.erase(signingKey);
            throw keyringFault(fault);
        }
    }

    private static DataKey taken(ByteBuffer plaintext, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        byte[] bytes = new byte[DataKey.SIZE_BYTES];
        plaintext.duplicate().get(bytes);
        SecretBytes.erase(plaintext);
        return DataKey.takeOver(bytes, encryptedDataKeys);
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
