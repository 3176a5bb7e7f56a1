// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.CompactWriter;
import io.kinesisencryption.internal.materials.LeasedKey;
import io.kinesisencryption.internal.materials.Leases;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The key of the COMPACT records of one data key: it seals and opens them and shows nothing else. Hold a lease around each use. A use without one
 * is an {@link IllegalStateException} once the key is destroyed, and never gives a record sealed under an overwritten key. Thread-safe.
 */
public final class RecordKey implements LeasedKey {
    private static final Leases<RecordKey> LEASES =
            new Leases<>(AtomicIntegerFieldUpdater.newUpdater(RecordKey.class, "leases"), RecordKey::destroy);

    private final CompactKeySection section;
    private final Map<String, String> encryptionContext;
    private final ErasableKey key;
    private final CipherPool ciphers;
    private final NonceSource nonces;
    private final String providerName;

    /** {@link #LEASES} counts here. */
    @SuppressWarnings("UnusedVariable")
    private volatile int leases;

    /** The reader whose demands this key's context met last. A race costs a check. */
    private @Nullable ReaderContext admittedBy;

    RecordKey(
            CompactKeySection section,
            Map<String, String> encryptionContext,
            ErasableKey key,
            CipherPool ciphers,
            NonceSource nonces,
            String providerName) {
        this.section = section;
        this.encryptionContext = encryptionContext;
        this.key = key;
        this.ciphers = ciphers;
        this.nonces = nonces;
        this.providerName = providerName;
    }

    /**
     * The identity of this key, compared in full.
     *
     * @return the section that each of its records begins with
     */
    public CompactKeySection section() {
        return section;
    }

    /**
     * The context that the key was derived for, authenticated by the derivation.
     *
     * @return an immutable map, without the pairs that only the key service sees
     */
    public Map<String, String> encryptionContext() {
        return encryptionContext;
    }

    /**
     * Seals one record.
     *
     * @param flags of {@link CompactLayout#KNOWN_FLAGS}
     * @param partitionKey the partition key of the wire; used only with {@link CompactLayout#FLAG_PARTITION_KEY_BOUND}, and then not null
     * @param payload the payload
     * @return the envelope, in an array of its exact size
     * @throws IllegalArgumentException if a flag is reserved, or the partition key is needed and null or no text
     * @throws PermanentKeyException if the JCA provider fails
     */
    public byte[] seal(int flags, @Nullable String partitionKey, Payload payload) {
        if ((flags & ~CompactLayout.KNOWN_FLAGS) != 0) {
            throw new IllegalArgumentException("The flags 0x%02X are reserved".formatted(flags));
        }
        byte[] boundKey = null;
        if ((flags & CompactLayout.FLAG_PARTITION_KEY_BOUND) != 0) {
            if (partitionKey == null) {
                throw new IllegalArgumentException("A record without a partition key cannot be bound to it");
            }
            boundKey = CompactWriter.utf8(partitionKey);
        }
        int sizeBytes = payload.sizeBytes();
        byte[] envelope = section.newEnvelope(flags, sizeBytes);
        int nonceOffset = section.sizeBytes();
        int ciphertextOffset = nonceOffset + CompactLayout.NONCE_BYTES;
        byte[] plaintext = envelope;
        int plaintextOffset = ciphertextOffset;
        if (payload instanceof Payload.Whole) {
            plaintext = payload.toByteArray();
            plaintextOffset = 0;
        } else {
            payload.writeTo(envelope, ciphertextOffset);
        }
        boolean sealed = false;
        try {
            CipherPool.Pooled pooled = ciphers.take(this, section.hashCode());
            Cipher cipher = pooled.cipher();
            nonces.initialise(cipher, key, envelope, nonceOffset);
            authenticate(cipher, envelope, boundKey);
            int written = cipher.doFinal(plaintext, plaintextOffset, sizeBytes, envelope, ciphertextOffset);
            checkSize(written, sizeBytes + CompactLayout.TAG_BYTES);
            finish(pooled);
            sealed = true;
            return envelope;
        } catch (GeneralSecurityException | ProviderException e) {
            throw failure(e);
        } finally {
            if (!sealed) {
                // It may hold the plaintext.
                Arrays.fill(envelope, (byte) 0);
            }
        }
    }

    /**
     * Opens one record.
     *
     * @param envelope the envelope; not changed
     * @param layout what {@link CompactLayout#read} said of it
     * @param partitionKey the partition key of the wire; used only where the record is bound to it
     * @return the payload, in a new array of its exact size
     * @throws KinesisEncryptionException as {@link #open(byte[], CompactLayout, String, byte[])} does
     */
    public byte[] open(byte[] envelope, CompactLayout layout, @Nullable String partitionKey) {
        byte[] payload = new byte[layout.payloadSizeBytes()];
        open(envelope, layout, partitionKey, payload);
        return payload;
    }

    /**
     * Opens one record into an array of the caller's, where nothing is left of it if that fails.
     *
     * @param envelope the envelope; not changed
     * @param layout what {@link CompactLayout#read} said of it
     * @param partitionKey the partition key of the wire; used only where the record is bound to it
     * @param payload where the payload goes, from the first byte on; another array than the envelope, and one that nobody else looks at
     * @throws AuthenticationFailedException if any byte is not as it was sealed, or the envelope is another key's
     * @throws ContextMismatchException if the record is bound to its partition key and there is none
     * @throws PermanentKeyException if the JCA provider fails
     */
    void open(byte[] envelope, CompactLayout layout, @Nullable String partitionKey, byte[] payload) {
        requirePartitionKey(layout, partitionKey);
        // The tag covers only 38 bytes of the header; the rest is right because the key was derived from it.
        if (!section.equals(CompactKeySection.viewOf(envelope, layout))) {
            throw authenticationFailed();
        }
        int sizeBytes = layout.payloadSizeBytes();
        boolean opened = false;
        try {
            byte[] boundKey = layout.partitionKeyBound() ? wireBytes(Objects.requireNonNull(partitionKey)) : null;
            CipherPool.Pooled pooled = ciphers.take(this, section.hashCode());
            Cipher cipher = pooled.cipher();
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    key,
                    new GCMParameterSpec(
                            NonceSource.TAG_BITS, envelope, layout.nonceOffset(), CompactLayout.NONCE_BYTES));
            authenticate(cipher, envelope, boundKey);
            int written = cipher.doFinal(
                    envelope, layout.ciphertextOffset(), sizeBytes + CompactLayout.TAG_BYTES, payload, 0);
            checkSize(written, sizeBytes);
            finish(pooled);
            opened = true;
        } catch (BadPaddingException e) {
            // No cause: whoever forges records must not learn which check failed.
            throw authenticationFailed();
        } catch (GeneralSecurityException | ProviderException e) {
            throw failure(e);
        } finally {
            if (!opened) {
                Arrays.fill(payload, 0, sizeBytes, (byte) 0);
            }
        }
    }

    /** Refuses a bound record that came without a partition key, for which no key need be asked. */
    static void requirePartitionKey(CompactLayout layout, @Nullable String partitionKey) {
        if (layout.partitionKeyBound() && partitionKey == null) {
            throw new ContextMismatchException(
                    ErrorCode.PARTITION_KEY_MISSING,
                    "The record is bound to its partition key, and it came without one",
                    null);
        }
    }

    /** Refuses this key's context where a reader demands another; remembers the reader, because it is the same one each time. */
    void admit(ReaderContext reader) {
        if (!reader.equals(admittedBy)) {
            reader.check(EnvelopeFormat.COMPACT, encryptionContext);
            admittedBy = reader;
        }
    }

    /** One error for a tag and for a commitment that do not fit. */
    static AuthenticationFailedException authenticationFailed() {
        return new AuthenticationFailedException("The record is not what a holder of its key sealed", null);
    }

    @Override
    public void release() {
        LEASES.end(this);
    }

    @Override
    public void close() {
        LEASES.close(this);
    }

    /** Looks at the key first: it is needed soon, and with very many keys it has to come from memory, for which the lease would not wait. */
    @Override
    public boolean tryLease() {
        return !key.isDestroyed() && LEASES.tryTake(this);
    }

    private void destroy() {
        key.destroy();
        ciphers.discard(this, section.hashCode());
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "RecordKey[" + section.sizeBytes() + " bytes before the nonce]";
    }

    private static void authenticate(Cipher cipher, byte[] envelope, byte @Nullable [] boundKey) {
        cipher.updateAAD(envelope, 0, CompactLayout.AUTHENTICATED_BYTES);
        if (boundKey != null) {
            cipher.updateAAD(boundKey);
        }
    }

    /** A partition key that has no UTF-8 encoding is none that a writer bound. */
    private static byte[] wireBytes(String partitionKey) {
        try {
            return CompactWriter.utf8(partitionKey);
        } catch (IllegalArgumentException e) {
            throw authenticationFailed();
        }
    }

    private static void checkSize(int written, int expected) throws GeneralSecurityException {
        if (written != expected) {
            throw new GeneralSecurityException("%d bytes were written instead of %d".formatted(written, expected));
        }
    }

    /** What came out counts only if the key was whole all the while. */
    private void finish(CipherPool.Pooled pooled) {
        if (key.isDestroyed()) {
            throw new IllegalStateException("The record key was used without a lease and is destroyed");
        }
        ciphers.giveBack(pooled, section.hashCode());
    }

    private RuntimeException failure(Exception e) {
        if (key.isDestroyed()) {
            return new IllegalStateException("The record key was used without a lease and is destroyed");
        }
        return new PermanentKeyException(
                ErrorCode.KEY_FAILURE,
                "The JCA provider %s failed: %s"
                        .formatted(providerName, e.getClass().getSimpleName()),
                e);
    }
}
