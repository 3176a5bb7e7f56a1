// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.LeasedKey;
import io.kinesisencryption.internal.materials.Leases;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsOutput;

/**
 * A data key that seals messages, with its signing key if the suite has one. What the Encryption SDK is given of them is a copy for each message,
 * overwritten once the message is sealed. Hold a lease around each use. Thread-safe.
 */
final class SealingMaterials implements LeasedKey {
    private static final Leases<SealingMaterials> LEASES = new Leases<>(
            AtomicIntegerFieldUpdater.newUpdater(SealingMaterials.class, "leases"), SealingMaterials::destroy);

    /** Turns a payload into a message, with materials that hold for this one call. */
    @FunctionalInterface
    interface Sealer {
        byte[] seal(ICryptographicMaterialsManager materials, byte[] payload);
    }

    private final EncryptionMaterials withoutKeys;
    private final SecretBytes dataKey;
    private final @Nullable SecretBytes signingKey;
    private final Sealer sealer;
    private final String keyringName;

    /** {@link #LEASES} counts here. */
    @SuppressWarnings("UnusedVariable")
    private volatile int leases;

    /**
     * Takes over materials: their arrays are overwritten.
     *
     * @throws PermanentKeyException if the encrypted data keys are more than a reader accepts
     */
    SealingMaterials(EncryptionMaterials materials, Sealer sealer, String keyringName) {
        this.dataKey = SecretBytes.takeOver(materials.plaintextDataKey());
        ByteBuffer signing = materials.signingKey();
        this.signingKey = signing == null ? null : SecretBytes.takeOver(signing);
        // A builder of materials takes no null, so this one is begun anew.
        this.withoutKeys = EncryptionMaterials.builder()
                .algorithmSuite(materials.algorithmSuite())
                .encryptionContext(materials.encryptionContext())
                .encryptedDataKeys(materials.encryptedDataKeys())
                .requiredEncryptionContextKeys(materials.requiredEncryptionContextKeys())
                .build();
        this.sealer = sealer;
        this.keyringName = keyringName;
        checkEncryptedDataKeys(materials.encryptedDataKeys());
    }

    private static long sizeBytesOf(List<EncryptedDataKey> keys) {
        long sizeBytes = 0;
        for (EncryptedDataKey key : keys) {
            sizeBytes += 6
                    + key.keyProviderId().getBytes(StandardCharsets.UTF_8).length
                    + key.keyProviderInfo().remaining()
                    + key.ciphertext().remaining();
        }
        return sizeBytes;
    }

    private void checkEncryptedDataKeys(List<EncryptedDataKey> keys) {
        long sizeBytes = sizeBytesOf(keys);
        if (keys.isEmpty()
                || keys.size() > EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS
                || sizeBytes > EncryptionSdkMessage.MAX_SECTION_BYTES) {
            destroy();
            throw new PermanentKeyException(
                    ErrorCode.KEY_FAILURE,
                    "The keyring %s gave %d encrypted data keys of %d bytes; an envelope holds from 1 to %d of %d bytes at most"
                            .formatted(
                                    keyringName,
                                    keys.size(),
                                    sizeBytes,
                                    EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS,
                                    EncryptionSdkMessage.MAX_SECTION_BYTES),
                    null);
        }
    }

    /**
     * Seals one payload.
     *
     * @param payload not changed
     * @return the message
     * @throws PermanentKeyException if the Encryption SDK fails
     * @throws IllegalStateException if this is used without a lease and destroyed
     */
    byte[] seal(byte[] payload) {
        OneMessage materials = new OneMessage();
        try (materials) {
            return sealer.seal(materials, payload);
        } catch (RuntimeException e) {
            throw KeyFailures.onSeal(e, keyringName);
        }
    }

    /** What a message of one frame under this key has beside its payload. */
    int overheadBytes(AlgorithmSuite suite) {
        return EncryptionSdkMessage.overheadBytes(
                suite, withoutKeys.encryptionContext(), (int) sizeBytesOf(withoutKeys.encryptedDataKeys()));
    }

    @Override
    public boolean tryLease() {
        return LEASES.tryTake(this);
    }

    @Override
    public void release() {
        LEASES.end(this);
    }

    @Override
    public void close() {
        LEASES.close(this);
    }

    private void destroy() {
        dataKey.destroy();
        if (signingKey != null) {
            signingKey.destroy();
        }
    }

    /** For tests. */
    List<byte[]> arrays() {
        return signingKey == null ? List.of(dataKey.array()) : List.of(dataKey.array(), signingKey.array());
    }

    /** Never the keys. */
    @Override
    public String toString() {
        return "SealingMaterials[" + withoutKeys.encryptedDataKeys().size() + " encrypted data keys]";
    }

    /** Copies of the keys, and the materials of one message made of them. */
    private final class OneMessage implements ICryptographicMaterialsManager, AutoCloseable {
        private final byte[] dataKeyCopy = dataKey.copy();
        private final byte @Nullable [] signingKeyCopy = signingKey == null ? null : signingKey.copy();

        @Override
        public GetEncryptionMaterialsOutput GetEncryptionMaterials(GetEncryptionMaterialsInput input) {
            EncryptionMaterials.Builder materials =
                    withoutKeys.toBuilder().plaintextDataKey(ByteBuffer.wrap(dataKeyCopy));
            if (signingKeyCopy != null) {
                materials.signingKey(ByteBuffer.wrap(signingKeyCopy));
            }
            return GetEncryptionMaterialsOutput.builder()
                    .encryptionMaterials(materials.build())
                    .build();
        }

        @Override
        public DecryptMaterialsOutput DecryptMaterials(DecryptMaterialsInput input) {
            throw new UnsupportedOperationException("These materials encrypt");
        }

        @Override
        public void close() {
            Arrays.fill(dataKeyCopy, (byte) 0);
            if (signingKeyCopy != null) {
                Arrays.fill(signingKeyCopy, (byte) 0);
            }
        }
    }
}
