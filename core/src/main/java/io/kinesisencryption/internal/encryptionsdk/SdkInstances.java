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
 * <p>For each suite there is one for each power of two. A message has one frame only if it is shorter than the frame size, but the SDK allocates a
 * buffer of the frame size for each message: so the frame size is the next power of two above the payload.
 */
final class SdkInstances {
    private static final int SMALLEST_FRAME_BITS = 9;
    private static final int LARGEST_FRAME_BITS = 24;

    private final AwsCrypto[] unsigned;
    private final AwsCrypto[] signed;

    SdkInstances() {
        MaterialProviders providers = MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build();
        this.unsigned = byFrameBits(providers, CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY);
        this.signed = byFrameBits(providers, CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384);
    }

    private static AwsCrypto[] byFrameBits(MaterialProviders providers, CryptoAlgorithm algorithm) {
        AwsCrypto[] instances = new AwsCrypto[LARGEST_FRAME_BITS + 1];
        for (int bits = SMALLEST_FRAME_BITS; bits <= LARGEST_FRAME_BITS; bits++) {
            instances[bits] = AwsCrypto.builder()
                    .withMaterialProviders(providers)
                    .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                    .withEncryptionAlgorithm(algorithm)
                    .withMaxEncryptedDataKeys(EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS)
                    .withEncryptionFrameSize(1 << bits)
                    .build();
        }
        return instances;
    }

    /** Encrypts a payload as a message of one frame. The context is that of the materials. */
    byte[] encrypt(AlgorithmSuite suite, ICryptographicMaterialsManager materials, byte[] payload) {
        int bits = Math.max(SMALLEST_FRAME_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(payload.length));
        AwsCrypto[] instances = suite.signed() ? signed : unsigned;
        return instances[bits].encryptData(materials, payload, Map.of()).getResult();
    }

    /** Decrypts a message of any number of frames; a signature is verified before this returns. */
    CryptoResult<byte[], ?> decrypt(AlgorithmSuite suite, ICryptographicMaterialsManager materials, byte[] message) {
        AwsCrypto[] instances = suite.signed() ? signed : unsigned;
        return instances[SMALLEST_FRAME_BITS].decryptData(materials, message);
    }
}
