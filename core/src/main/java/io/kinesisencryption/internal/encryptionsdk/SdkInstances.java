// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import com.amazonaws.encryptionsdk.CryptoResult;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.util.Map;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/**
 * The Encryption SDK's instances, which hold nothing but settings: key commitment is required both ways. Thread-safe.
 *
 * <p>A message has one frame only if it is shorter than the frame size, and the SDK allocates a buffer of the frame size for each message: so the frame
 * size is that of the payload and one byte. It is a setting of the instance, and an instance is nothing beside a message: each message has its own.
 */
final class SdkInstances {
    private final MaterialProviders providers = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build();
    private final AwsCrypto decrypting = builder().build();

    /** Encrypts a payload as a message of one frame. The context is that of the materials. */
    byte[] encrypt(AlgorithmSuite suite, ICryptographicMaterialsManager materials, byte[] payload) {
        return builder()
                .withEncryptionAlgorithm(
                        suite.signed()
                                ? CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
                                : CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                .withEncryptionFrameSize(payload.length + 1)
                .build()
                .encryptData(materials, payload, Map.of())
                .getResult();
    }

    /** Decrypts a message of any number of frames; a signature is verified before this returns. */
    CryptoResult<byte[], ?> decrypt(ICryptographicMaterialsManager materials, byte[] message) {
        return decrypting.decryptData(materials, message);
    }

    private AwsCrypto.Builder builder() {
        return AwsCrypto.builder()
                .withMaterialProviders(providers)
                .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                .withMaxEncryptedDataKeys(EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS);
    }
}
