// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import com.amazonaws.encryptionsdk.CryptoResult;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import java.util.Arrays;
import java.util.Map;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateDefaultCryptographicMaterialsManagerInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/**
 * Seals payloads as AWS Encryption SDK messages of one frame, and opens such messages. Key commitment is required both ways. Thread-safe.
 */
public final class EncryptionSdkCipher {
    /** The largest record that any stream can be set to take, so the largest payload there is. */
    public static final int MAX_PAYLOAD_BYTES = 10 * 1024 * 1024;

    private static final int SMALLEST_FRAME_BITS = 9;
    private static final int LARGEST_FRAME_BITS = 24;

    /**
     * One instance for each power of two. A message has one frame only if it is shorter than the frame size, but the SDK allocates a buffer of the
     * frame size for each message: so the frame size is the next power of two above the payload.
     */
    private final AwsCrypto[] byFrameBits = new AwsCrypto[LARGEST_FRAME_BITS + 1];

    private final ICryptographicMaterialsManager materials;
    private final String keyringName;

    /**
     * Makes one over a keyring.
     *
     * @param keyring where data keys come from
     * @param keyringName what errors call it
     */
    public EncryptionSdkCipher(IKeyring keyring, String keyringName) {
        MaterialProviders providers = MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build();
        this.materials = providers.CreateDefaultCryptographicMaterialsManager(
                CreateDefaultCryptographicMaterialsManagerInput.builder()
                        .keyring(keyring)
                        .build());
        this.keyringName = keyringName;
        for (int bits = SMALLEST_FRAME_BITS; bits <= LARGEST_FRAME_BITS; bits++) {
            byFrameBits[bits] = AwsCrypto.builder()
                    .withMaterialProviders(providers)
                    .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                    .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                    .withMaxEncryptedDataKeys(EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS)
                    .withEncryptionFrameSize(1 << bits)
                    .build();
        }
    }

    /**
     * Seals a payload.
     *
     * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes; not changed
     * @param encryptionContext the pairs that are bound to it
     * @return the message
     * @throws KinesisEncryptionException a key failure, if no data key can be had
     */
    public byte[] encrypt(io.kinesisencryption.internal.materials.WriterKey key, byte[] payload) {
        Map<String, String> encryptionContext = key.encryptionContext();
        int bits = Math.max(SMALLEST_FRAME_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(payload.length));
        try {
            return byFrameBits[bits]
                    .encryptData(materials, payload, encryptionContext)
                    .getResult();
        } catch (RuntimeException e) {
            throw KeyFailures.onEncrypt(e, keyringName);
        }
    }

    /**
     * Opens a message.
     *
     * @param bytes the message; not changed
     * @param layout what {@link EncryptionSdkMessage#parse} read from it
     * @return the payload, in a new array of its exact size
     * @throws AuthenticationFailedException if any byte is not as it was sealed
     * @throws KinesisEncryptionException a key failure, if its data key cannot be had
     */
    public java.util.concurrent.CompletableFuture<Void> ready(io.kinesisencryption.internal.materials.WriterKey key) {
        return java.util.concurrent.CompletableFuture.completedFuture(null);
    }

    public void prefetch(Object group, java.util.Collection<EncryptionSdkMessage> layouts) {}

    public byte[] decrypt(Object group, byte[] bytes, EncryptionSdkMessage layout) {
        CryptoResult<byte[], ?> result;
        try {
            result = byFrameBits[SMALLEST_FRAME_BITS].decryptData(materials, bytes);
        } catch (RuntimeException e) {
            throw KeyFailures.onDecrypt(e, keyringName);
        }
        byte[] payload = result.getResult();
        // What was checked before the key was used must be what was authenticated: the two were read by two parsers.
        if (!layout.encryptionContext().equals(result.getEncryptionContext())
                || payload.length != layout.payloadSizeBytes()) {
            Arrays.fill(payload, (byte) 0);
            throw new AuthenticationFailedException(
                    "The record's authenticated header differs from the header that was checked before its key was used",
                    null);
        }
        return payload;
    }
}
