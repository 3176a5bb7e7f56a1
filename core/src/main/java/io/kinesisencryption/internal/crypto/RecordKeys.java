// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.CompactKeyContents;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactWriter;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes record keys out of data keys, each with one call of the key service. What they share (ciphers, nonces) lives here: one of these for each
 * keyring and process. Thread-safe.
 */
public final class RecordKeys {
    private final DataKeySource source;
    private final NonceSource nonces;
    private final JcaAlgorithms algorithms;
    private final KeySchedule schedule;
    private final CipherPool ciphers;

    /** A race costs some memory. */
    private volatile Map<String, String> lastContext = Map.of();

    /**
     * Makes one.
     *
     * @param source where data keys of COMPACT come from
     * @param provider the JCA provider of AES-GCM and HMAC, or null for the JVM's order
     * @param nonces who chooses nonces
     * @throws IllegalArgumentException if the provider lacks an algorithm
     */
    public RecordKeys(DataKeySource source, @Nullable Provider provider, NonceSource nonces) {
        this.source = source;
        this.nonces = nonces;
        this.algorithms = new JcaAlgorithms(provider);
        this.schedule = new KeySchedule(algorithms);
        this.ciphers = new CipherPool(algorithms);
    }

    /**
     * Makes a new key for a writer.
     *
     * @param context the pairs on the wire
     * @return the key, for the caller to close
     * @throws IllegalArgumentException if the context is too large, or holds what has no UTF-8 encoding
     * @throws KinesisEncryptionException a key failure
     */
    public RecordKey generate(Map<String, String> context) {
        byte[] encodedContext = CompactWriter.encodeContext(context);
        try (DataKey dataKey = source.generate(context)) {
            CompactKeySection section = keySection(encodedContext, dataKey);
            KeySchedule.Derived derived = schedule.derive(dataKey, section);
            return recordKey(section.withCommitment(derived.commitment()), Map.copyOf(context), derived);
        }
    }

    /**
     * Loads the key of a record for a reader. Everything that can be refused without a key has been refused.
     *
     * @param section the identity of the key, kept: a copy of what the record begins with
     * @return the key, for the caller to close; the section's context is then authenticated
     * @throws AuthenticationFailedException if the data key is not the one that the record commits to
     * @throws KinesisEncryptionException a key failure
     */
    public RecordKey load(CompactKeySection section) {
        CompactKeyContents contents = section.contents();
        try (DataKey dataKey = source.decrypt(contents.encryptedDataKeys(), contents.encryptionContext())) {
            KeySchedule.Derived derived = schedule.derive(dataKey, section);
            if (!MessageDigest.isEqual(derived.commitment(), section.commitment())) {
                derived.recordKey().destroy();
                throw RecordKey.authenticationFailed();
            }
            return recordKey(section, contents.encryptionContext(), derived);
        }
    }

    /**
     * Drops the ciphers and nonces that are kept ahead. For a process that is about to be copied or was; keys that were made here still work, so
     * close those as well.
     */
    public void discardAll() {
        nonces.discardAll();
        ciphers.discardAll();
    }

    /** For tests. */
    int idleCiphers() {
        return ciphers.idle();
    }

    private RecordKey recordKey(CompactKeySection section, Map<String, String> context, KeySchedule.Derived derived) {
        return new RecordKey(section, shared(context), derived.recordKey(), ciphers, nonces, algorithms.name());
    }

    /** The keys of a stream have equal contexts: one map for all of them, where a hundred thousand would take as much memory as the keys. */
    private Map<String, String> shared(Map<String, String> context) {
        Map<String, String> last = lastContext;
        if (last.equals(context)) {
            return last;
        }
        lastContext = context;
        return context;
    }

    private static CompactKeySection keySection(byte[] encodedContext, DataKey dataKey) {
        try {
            return CompactWriter.keySection(encodedContext, dataKey.encryptedDataKeys());
        } catch (IllegalArgumentException e) {
            throw new PermanentKeyException(
                    ErrorCode.KEY_FAILURE,
                    "The keyring's encrypted data keys do not fit into an envelope: " + e.getMessage(),
                    e);
        }
    }
}
