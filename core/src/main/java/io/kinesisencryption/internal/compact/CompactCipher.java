// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.compact;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.caching.DecryptionKeys;
import io.kinesisencryption.internal.caching.EncryptionKeys;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.crypto.CompactOpener;
import io.kinesisencryption.internal.crypto.NonceSource;
import io.kinesisencryption.internal.crypto.OpenedPayload;
import io.kinesisencryption.internal.crypto.RecordKey;
import io.kinesisencryption.internal.crypto.RecordKeyLookup;
import io.kinesisencryption.internal.crypto.RecordKeys;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.nio.ByteBuffer;
import java.security.Provider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Seals payloads as COMPACT envelopes and opens such envelopes, under data keys that are cached on both sides. Thread-safe.
 */
public final class CompactCipher implements AutoCloseable {
    /** The most bytes that UTF-8 takes for one char of a partition key. */
    private static final int MAX_BYTES_PER_CHAR = 3;

    private final RecordKeys keys;
    private final EncryptionKeys<WriterKey, RecordKey> writing;
    private final DecryptionKeys<CompactKeySection, RecordKey> reading;
    private final CompactOpener opener;

    /** What one use of a key seals. */
    private record Sealing(int flags, @Nullable String partitionKey, Payload payload) {
        long sizeBytes() {
            long boundBytes = partitionKey == null ? 0 : (long) MAX_BYTES_PER_CHAR * partitionKey.length();
            return CompactLayout.AUTHENTICATED_BYTES + boundBytes + payload.sizeBytes();
        }

        static byte[] seal(RecordKey key, Sealing sealing) {
            return key.seal(sealing.flags, sealing.partitionKey, sealing.payload);
        }
    }

    /**
     * Makes one.
     *
     * @param source where data keys of COMPACT come from
     * @param recognises whether a wrapping key, by its provider's id and info, is one that is configured here
     * @param keyringName what errors call the keyring
     * @param provider the JCA provider of AES-GCM and HMAC, or null for the JVM's order
     * @param options how long and how much keys are used
     * @param loads the loads of the process; stays the caller's to close, after this
     * @param events who is told
     * @throws IllegalArgumentException if the provider lacks an algorithm
     */
    public CompactCipher(
            DataKeySource source,
            BiPredicate<String, ByteBuffer> recognises,
            String keyringName,
            @Nullable Provider provider,
            KeyCacheOptions options,
            KeyLoads loads,
            KeyCacheEvents events) {
        this(
                new RecordKeys(source, provider, NonceSource.random(loads::schedule)),
                recognises,
                keyringName,
                options,
                loads,
                events);
    }

    CompactCipher(
            RecordKeys keys,
            BiPredicate<String, ByteBuffer> recognises,
            String keyringName,
            KeyCacheOptions options,
            KeyLoads loads,
            KeyCacheEvents events) {
        this.keys = keys;
        this.writing = new EncryptionKeys<>(options, loads, key -> keys.generate(key.encryptionContext()), events);
        this.reading = new DecryptionKeys<>(options, loads, keys::load, CompactKeySection::copy, events);
        this.opener = new CompactOpener(
                new RecordKeyLookup() {
                    @Override
                    public @Nullable RecordKey find(CompactKeySection section) {
                        return reading.find(section);
                    }

                    @Override
                    public boolean has(CompactKeySection section) {
                        return reading.has(section);
                    }

                    @Override
                    public RecordKey load(Object group, CompactKeySection section) {
                        return reading.load(group, section);
                    }
                },
                recognises,
                keyringName);
    }

    /**
     * Seals a payload.
     *
     * @param key which data key
     * @param flags of {@link CompactLayout#KNOWN_FLAGS}
     * @param partitionKey the partition key of the wire if the record is bound to it, else null
     * @param payload the payload; not changed
     * @return the envelope, in an array of its exact size
     * @throws KinesisEncryptionException a key failure, if no data key can be had
     */
    public byte[] encrypt(WriterKey key, int flags, @Nullable String partitionKey, Payload payload) {
        Sealing sealing = new Sealing(flags, partitionKey, payload);
        return writing.use(key, 1, sealing.sizeBytes(), Sealing::seal, sealing);
    }

    /**
     * What an envelope under the current key has beside its payload, of whatever size that is. Loads the key if there is none; uses nothing of it.
     *
     * @param key which data key
     * @return bytes
     * @throws KinesisEncryptionException a key failure, if no data key can be had
     */
    public int overheadBytes(WriterKey key) {
        return writing.inspect(
                key,
                (recordKey, none) ->
                        recordKey.section().sizeBytes() + CompactLayout.NONCE_BYTES + CompactLayout.TAG_BYTES,
                "");
    }

    /**
     * Opens an envelope.
     *
     * @param group whom a key that must be loaded is for, a shard for example
     * @param bytes begins with the data of a Kinesis record that {@link CompactLayout#recognises} accepts; not changed and not kept
     * @param sizeBytes the size of that
     * @param partitionKey the record's partition key, or null if it has none
     * @param reader what the reader demands; give the same object each time
     * @param accepted the suites that the reader accepts
     * @return the payload
     * @throws AuthenticationFailedException if any byte is not as it was sealed
     * @throws KinesisEncryptionException if the record cannot be opened for another reason
     */
    public OpenedPayload decrypt(
            Object group,
            byte[] bytes,
            int sizeBytes,
            @Nullable String partitionKey,
            ReaderContext reader,
            Set<AlgorithmSuite> accepted) {
        return opener.open(group, bytes, sizeBytes, partitionKey, reader, accepted);
    }

    /**
     * Loads, in parallel, the keys that a batch of envelopes will need and that are not here. What fails is told when its record is opened.
     *
     * @param group whom the keys are for
     * @param envelopes the data, or the front of it, of Kinesis records that {@link CompactLayout#recognises} accepts, in the order in which they will be opened
     * @param reader what the reader demands
     * @param accepted the suites that the reader accepts
     * @return how many different keys they need, those that are here included
     */
    public int prefetch(Object group, List<byte[]> envelopes, ReaderContext reader, Set<AlgorithmSuite> accepted) {
        CompactOpener.Needed needed = opener.needed(envelopes, reader, accepted);
        if (!needed.missing().isEmpty()) {
            reading.prefetch(group, needed.missing());
        }
        return needed.keys();
    }

    /**
     * Begins to load the key of a writer if an encryption would have to wait for it.
     *
     * @param key which data key
     * @return completed once an encryption will most likely not wait, or exceptionally with the {@link KinesisEncryptionException}
     */
    public CompletableFuture<Void> ready(WriterKey key) {
        return writing.ready(key);
    }

    /** Makes the next encryption of each writer wait for a new data key. */
    public void rotateNow() {
        writing.rotateNow();
    }

    /** Drops all keys, and the ciphers and nonces that are kept ahead: for the moments around a snapshot of the process. */
    public void discardAll() {
        writing.discardAll();
        reading.discardAll();
        keys.discardAll();
    }

    /** Drops all keys for good. Closing twice does nothing. */
    @Override
    public void close() {
        writing.close();
        reading.close();
        keys.discardAll();
    }
}
