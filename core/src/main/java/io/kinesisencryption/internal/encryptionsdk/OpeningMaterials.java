// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import com.amazonaws.encryptionsdk.CryptoResult;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.LeasedKey;
import io.kinesisencryption.internal.materials.Leases;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.DecryptionMaterials;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsOutput;

/**
 * A data key that opens the messages of one identity, with their verification key if they are signed. What the Encryption SDK is given of the data
 * key is a copy for each message, overwritten once the message is opened. Hold a lease around each use. Thread-safe.
 */
final class OpeningMaterials implements LeasedKey {
    private static final Leases<OpeningMaterials> LEASES = new Leases<>(
            AtomicIntegerFieldUpdater.newUpdater(OpeningMaterials.class, "leases"), OpeningMaterials::destroy);

    /** Turns a message into its payload, with materials that hold for this one call. */
    @FunctionalInterface
    interface Opener {
        CryptoResult<byte[], ?> open(ICryptographicMaterialsManager materials, byte[] message);
    }

    /** A message and what was read of it without a key. */
    static final class Call {
        private final byte[] message;
        private final EncryptionSdkMessage layout;

        Call(byte[] message, EncryptionSdkMessage layout) {
            this.message = message;
            this.layout = layout;
        }
    }

    private final DecryptionIdentity identity;
    private final DecryptionMaterials withoutKey;
    private final SecretBytes dataKey;
    private final Opener opener;
    private final String keyringName;

    /** {@link #LEASES} counts here. */
    @SuppressWarnings("UnusedVariable")
    private volatile int leases;

    /** Takes over materials, made for the identity: the array of their data key is overwritten. */
    OpeningMaterials(DecryptionIdentity identity, DecryptionMaterials materials, Opener opener, String keyringName) {
        this.identity = identity;
        this.dataKey = SecretBytes.takeOver(materials.plaintextDataKey());
        // The identity's map, which is equal, so that only one of them is kept.
        DecryptionMaterials.Builder builder = DecryptionMaterials.builder()
                .algorithmSuite(materials.algorithmSuite())
                .encryptionContext(identity.encryptionContext())
                .requiredEncryptionContextKeys(materials.requiredEncryptionContextKeys());
        if (materials.verificationKey() != null) {
            builder.verificationKey(materials.verificationKey());
        }
        this.withoutKey = builder.build();
        this.opener = opener;
        this.keyringName = keyringName;
    }

    /**
     * Opens one message.
     *
     * @param call the message; not changed
     * @return the payload, in a new array of its exact size
     * @throws AuthenticationFailedException if any byte is not as it was sealed
     * @throws PermanentKeyException if the Encryption SDK fails for a reason that is not the message's
     * @throws IllegalStateException if this is used without a lease and destroyed
     */
    byte[] open(Call call) {
        OneMessage materials = new OneMessage();
        CryptoResult<byte[], ?> result;
        try (materials) {
            result = opener.open(materials, call.message);
        } catch (RuntimeException e) {
            throw KeyFailures.onOpen(e, keyringName);
        }
        byte[] payload = result.getResult();
        if (!call.layout.encryptionContext().equals(result.getEncryptionContext())
                || payload.length != call.layout.payloadSizeBytes()) {
            Arrays.fill(payload, (byte) 0);
            throw otherHeader();
        }
        return payload;
    }

    private static AuthenticationFailedException otherHeader() {
        return new AuthenticationFailedException(
                "The record's authenticated header differs from the header that was checked before its key was used",
                null);
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
    }

    /** For tests. */
    List<byte[]> arrays() {
        return List.of(dataKey.array());
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "OpeningMaterials[" + identity + "]";
    }

    /** A copy of the data key, and the materials of one message made of it. */
    private final class OneMessage implements ICryptographicMaterialsManager, AutoCloseable {
        private final byte[] dataKeyCopy = dataKey.copy();

        /**
         * Gives the materials for the header that they were loaded for and for no other: what was checked before the key was used must be what is
         * authenticated, and the two were read by two parsers.
         */
        @Override
        public DecryptMaterialsOutput DecryptMaterials(DecryptMaterialsInput input) {
            if (!MaterialsSource.idOf(identity.suite())
                            .ESDK()
                            .equals(input.algorithmSuiteId().ESDK())
                    || !identity.encryptionContext().equals(input.encryptionContext())
                    || !areOurs(input.encryptedDataKeys())) {
                throw otherHeader();
            }
            return DecryptMaterialsOutput.builder()
                    .decryptionMaterials(withoutKey.toBuilder()
                            .plaintextDataKey(ByteBuffer.wrap(dataKeyCopy))
                            .build())
                    .build();
        }

        private boolean areOurs(List<EncryptedDataKey> keys) {
            List<EncryptedDataKeyEntry> ours = identity.encryptedDataKeys();
            boolean same = keys.size() == ours.size();
            for (int i = 0; same && i < keys.size(); i++) {
                EncryptedDataKey key = keys.get(i);
                EncryptedDataKeyEntry our = ours.get(i);
                same = our.providerId().equals(key.keyProviderId())
                        && our.providerInfo().equals(key.keyProviderInfo())
                        && our.ciphertext().equals(key.ciphertext());
            }
            return same;
        }

        @Override
        public GetEncryptionMaterialsOutput GetEncryptionMaterials(GetEncryptionMaterialsInput input) {
            throw new UnsupportedOperationException("These materials decrypt");
        }

        @Override
        public void close() {
            Arrays.fill(dataKeyCopy, (byte) 0);
        }
    }
}
