// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.caching.DecryptionKeys;
import io.kinesisencryption.internal.caching.EncryptionKeys;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.KeyContext;
import io.kinesisencryption.internal.materials.WrappingKeys;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import software.amazon.cryptography.materialproviders.IKeyring;

/**
 * Seals payloads as AWS Encryption SDK messages of one frame, and opens such messages of any number of frames. Key commitment is required both ways.
 * Data keys are cached as {@link EncryptionKeys} and {@link DecryptionKeys} say; a keyring is asked once for each load. Thread-safe.
 *
 * <p>With a signed suite the signing key is cached with the data key and lives as long. Whether a signature is worth more than the data key's
 * secrecy depends on the keyring, which is for the caller to check.
 */
public final class EncryptionSdkCipher implements AutoCloseable {
    /** The largest record that any stream can be set to take, so the largest payload there is. */
    public static final int MAX_PAYLOAD_BYTES = 10 * 1024 * 1024;

    /**
     * What is authenticated beside payload, context and encrypted data keys: at most 94 bytes of the header, 77 of the frame, and 93 of the pair of
     * the verification key.
     */
    private static final int FIXED_BYTES = 264;

    private final MaterialsSource source;
    private final SdkInstances instances = new SdkInstances();
    private final BiPredicate<String, ByteBuffer> recognises;
    private final String keyringName;
    private final EncryptionKeys<WriterKey, SealingMaterials> encryptionKeys;
    private final DecryptionKeys<DecryptionIdentity, OpeningMaterials> decryptionKeys;

    /**
     * Makes one over a keyring. Makes no call.
     *
     * @param keyring where data keys come from
     * @param recognises whether a wrapping key, by its provider's id and info, is one that is configured here
     * @param keyringName what errors call the keyring
     * @param options how long and for how much data keys are used, and how many are kept
     * @param loads the loads of the process; stays the caller's to close, after this
     * @param events who is told
     */
    public EncryptionSdkCipher(
            IKeyring keyring,
            BiPredicate<String, ByteBuffer> recognises,
            String keyringName,
            KeyCacheOptions options,
            KeyLoads loads,
            KeyCacheEvents events) {
        this.source = new MaterialsSource(keyring, keyringName);
        this.recognises = recognises;
        this.keyringName = keyringName;
        this.encryptionKeys = new EncryptionKeys<>(options, loads, this::generate, events);
        this.decryptionKeys = new DecryptionKeys<>(options, loads, this::load, DecryptionIdentity::kept, events);
    }

    /**
     * Seals a payload.
     *
     * @param key a suite of the Encryption SDK, and the pairs that are bound to the payload
     * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes; not changed
     * @return the message
     * @throws KinesisEncryptionException a key failure, if no data key can be had
     * @throws IllegalArgumentException if the suite is another format's
     * @throws IllegalStateException if this is closed
     */
    public byte[] encrypt(WriterKey key, byte[] payload) {
        checkFormat(key);
        return encryptionKeys.use(key, 1, maxBytes(key, payload), SealingMaterials::seal, payload);
    }

    /**
     * What a message under the current key has beside its payload, of whatever size that is. Loads the key if there is none; uses nothing of it.
     *
     * @param key a suite of the Encryption SDK, and the pairs
     * @return bytes
     * @throws KinesisEncryptionException a key failure, if no data key can be had
     * @throws IllegalArgumentException if the suite is another format's
     * @throws IllegalStateException if this is closed
     */
    public int overheadBytes(WriterKey key) {
        checkFormat(key);
        return encryptionKeys.inspect(key, SealingMaterials::overheadBytes, key.suite());
    }

    /**
     * Opens a message. Its wrapping keys are looked at only where its data key is not here: one that is was loaded under the same.
     *
     * @param group whom a load of its key is for, as for {@link DecryptionKeys#use}
     * @param bytes the message; not changed
     * @param layout what {@link EncryptionSdkMessage#parse} read from it, and the caller accepted
     * @return the payload, in a new array of its exact size
     * @throws AuthenticationFailedException if any byte is not as it was sealed
     * @throws KinesisEncryptionException a key failure, if its data key cannot be had; without a call if none of its wrapping keys is configured
     * @throws IllegalStateException if this is closed
     */
    public byte[] decrypt(Object group, byte[] bytes, EncryptionSdkMessage layout) {
        return decryptionKeys.use(
                group,
                DecryptionIdentity.of(layout),
                this::requireConfigured,
                OpeningMaterials::open,
                new OpeningMaterials.Call(bytes, layout));
    }

    /**
     * Begins to load a data key if sealing would have to wait for it.
     *
     * @param key a suite of the Encryption SDK, and the pairs
     * @return as for {@link EncryptionKeys#ready}
     * @throws IllegalArgumentException if the suite is another format's
     * @throws IllegalStateException if this is closed
     */
    public CompletableFuture<Void> ready(WriterKey key) {
        checkFormat(key);
        return encryptionKeys.ready(key);
    }

    /**
     * Loads the data keys that a batch of messages will need and that are not cached, and waits for them as {@link DecryptionKeys#prefetch} does.
     * A key that cannot be had is an error of {@link #decrypt} for its messages, not of this.
     *
     * @param group whom the loads are for
     * @param layouts what was read of the messages, and the caller accepted
     * @return how many different keys they need, those that are here included, and those that are not configured here excluded
     * @throws IllegalStateException if this is closed
     */
    public int prefetch(Object group, Collection<EncryptionSdkMessage> layouts) {
        Set<DecryptionIdentity> different = new HashSet<>();
        List<DecryptionIdentity> missing = new ArrayList<>();
        for (EncryptionSdkMessage layout : layouts) {
            DecryptionIdentity identity = DecryptionIdentity.of(layout);
            if (different.contains(identity)) {
                continue;
            }
            try {
                if (!decryptionKeys.has(identity)) {
                    requireConfigured(identity);
                    missing.add(identity);
                }
                different.add(identity);
            } catch (KinesisEncryptionException e) {
                // Refused without a key, and refused again when it is opened.
            }
        }
        decryptionKeys.prefetch(group, missing);
        return different.size();
    }

    private void requireConfigured(DecryptionIdentity identity) {
        WrappingKeys.requireConfigured(identity.encryptedDataKeys(), recognises, keyringName);
    }

    /** Makes each writer use a new data key from now on, as {@link EncryptionKeys#rotateNow} says. */
    public void rotateNow() {
        encryptionKeys.rotateNow();
    }

    /** Drops every cached key now. Sealing and opening that have begun end; the next ones load. */
    public void discardAll() {
        encryptionKeys.discardAll();
        decryptionKeys.discardAll();
    }

    /** Drops every key for good. Closing twice does nothing. */
    @Override
    public void close() {
        encryptionKeys.close();
        decryptionKeys.close();
    }

    private static void checkFormat(WriterKey key) {
        AlgorithmSuite suite = key.suite();
        if (suite.format() != EnvelopeFormat.AWS_ENCRYPTION_SDK) {
            throw new IllegalArgumentException("%s is a suite of the format %s, not of %s"
                    .formatted(suite, suite.format(), EnvelopeFormat.AWS_ENCRYPTION_SDK));
        }
    }

    /**
     * The most bytes that a message encrypts and authenticates: before its data key is had, nobody knows how large the encrypted data keys are. A char
     * has three bytes of UTF-8 at most.
     */
    private static long maxBytes(WriterKey key, byte[] payload) {
        long bytes = (long) FIXED_BYTES + EncryptionSdkMessage.MAX_SECTION_BYTES + payload.length;
        for (Map.Entry<String, String> pair : key.encryptionContext().entrySet()) {
            bytes += 4 + 3L * (pair.getKey().length() + pair.getValue().length());
        }
        return bytes;
    }

    private SealingMaterials generate(WriterKey key) {
        AlgorithmSuite suite = key.suite();
        Map<String, String> pairs = KeyContext.of(EnvelopeFormat.AWS_ENCRYPTION_SDK, key.encryptionContext());
        return new SealingMaterials(
                source.encryptionMaterials(suite, pairs),
                (materials, payload) -> instances.encrypt(suite, materials, payload),
                keyringName);
    }

    private OpeningMaterials load(DecryptionIdentity identity) {
        AlgorithmSuite suite = identity.suite();
        Map<String, String> pairs = KeyContext.of(EnvelopeFormat.AWS_ENCRYPTION_SDK, identity.encryptionContext());
        return new OpeningMaterials(
                identity,
                source.decryptionMaterials(suite, identity.encryptedDataKeys(), pairs),
                instances::decrypt,
                keyringName);
    }
}
