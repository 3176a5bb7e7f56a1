// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.envelope.CompactEnvelope;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.WrappingKeys;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Opens COMPACT envelopes in the order that the format demands of a reader: layout, what is accepted, look-up by the whole key section, load,
 * commitment, tag. Thread-safe.
 */
public final class CompactOpener {
    private static final int KIND = CompactLayout.FLAG_AGGREGATE | CompactLayout.FLAG_ZSTD;

    private final ReusedArrays arrays = new ReusedArrays();
    private final RecordKeyLookup lookup;
    private final BiPredicate<String, ByteBuffer> recognises;
    private final String keyringName;

    /**
     * Makes one.
     *
     * @param lookup finds and loads keys
     * @param recognises whether a wrapping key, by its provider's id and info, is one that is configured here
     * @param keyringName what errors call the keyring
     */
    public CompactOpener(RecordKeyLookup lookup, BiPredicate<String, ByteBuffer> recognises, String keyringName) {
        this.lookup = lookup;
        this.recognises = recognises;
        this.keyringName = keyringName;
    }

    /**
     * Opens an envelope.
     *
     * @param group whom a key that must be loaded is for, a shard for example
     * @param bytes the data of a Kinesis record that {@link CompactLayout#recognises} accepts; not changed and not kept
     * @param partitionKey the record's partition key, or null if it has none
     * @param reader what the reader demands; give the same object each time
     * @param accepted the suites that the reader accepts
     * @return the payload, for the caller to close
     * @throws KinesisEncryptionException if the record cannot be opened
     */
    public OpenedPayload open(
            Object group,
            byte[] bytes,
            @Nullable String partitionKey,
            ReaderContext reader,
            Set<AlgorithmSuite> accepted) {
        return open(group, bytes, bytes.length, partitionKey, reader, accepted);
    }

    /**
     * Opens an envelope that need not fill its array.
     *
     * @param group whom a key that must be loaded is for
     * @param bytes begins with the envelope; not changed and not kept
     * @param sizeBytes the size of the envelope
     * @param partitionKey the record's partition key, or null if it has none
     * @param reader what the reader demands; give the same object each time
     * @param accepted the suites that the reader accepts
     * @return the payload, for the caller to close
     * @throws KinesisEncryptionException if the record cannot be opened
     */
    public OpenedPayload open(
            Object group,
            byte[] bytes,
            int sizeBytes,
            @Nullable String partitionKey,
            ReaderContext reader,
            Set<AlgorithmSuite> accepted) {
        CompactLayout layout = CompactLayout.read(bytes, sizeBytes);
        boolean suiteAccepted = accepted.contains(CompactLayout.SUITE);
        // A key whose section is the record's, byte for byte, was checked in full when it was loaded.
        RecordKey key = suiteAccepted ? lookup.find(CompactKeySection.viewOf(bytes, layout)) : null;
        if (key == null) {
            CompactKeySection section = admissible(bytes, layout, reader, suiteAccepted);
            RecordKey.requirePartitionKey(layout, partitionKey);
            key = lookup.load(group, section);
        }
        try {
            key.admit(reader);
            return (layout.flags() & KIND) == CompactLayout.FLAG_AGGREGATE
                    ? lend(key, bytes, layout, partitionKey)
                    : handOut(key, bytes, layout, partitionKey);
        } finally {
            key.release();
        }
    }

    /**
     * The identities of the keys of envelopes that are not here and worth loading ahead.
     *
     * @param envelopes the data of Kinesis records that {@link CompactLayout#recognises} accepts, or the front of it up to {@link
     *     CompactLayout#MAX_FRONT_BYTES}; not changed and not kept
     * @param reader what the reader demands
     * @param accepted the suites that the reader accepts
     * @return what the batch needs; records that would be refused before their key is asked for need none
     */
    public Needed needed(List<byte[]> envelopes, ReaderContext reader, Set<AlgorithmSuite> accepted) {
        boolean suiteAccepted = accepted.contains(CompactLayout.SUITE);
        Set<CompactKeySection> different = new HashSet<>();
        List<CompactKeySection> missing = new ArrayList<>();
        for (byte[] bytes : envelopes) {
            try {
                CompactLayout layout = CompactLayout.read(bytes);
                CompactKeySection view = CompactKeySection.viewOf(bytes, layout);
                if (!different.contains(view)) {
                    if (!lookup.has(view)) {
                        missing.add(admissible(bytes, layout, reader, suiteAccepted));
                    }
                    different.add(view);
                }
            } catch (KinesisEncryptionException e) {
                // Refused without a key, and refused again when it is opened.
            }
        }
        return new Needed(different.size(), missing);
    }

    /**
     * The keys that a batch needs.
     *
     * @param keys how many different ones
     * @param missing those that are not here, each once, in copies that may be kept
     */
    public record Needed(int keys, List<CompactKeySection> missing) {}

    private static OpenedPayload handOut(
            RecordKey key, byte[] bytes, CompactLayout layout, @Nullable String partitionKey) {
        byte[] payload = key.open(bytes, layout, partitionKey);
        return new OpenedPayload(layout.flags(), payload, payload.length, key.encryptionContext(), null);
    }

    private OpenedPayload lend(RecordKey key, byte[] bytes, CompactLayout layout, @Nullable String partitionKey) {
        int sizeBytes = layout.payloadSizeBytes();
        byte[] payload = arrays.take(sizeBytes);
        // One that nothing came of is empty and can be forgotten.
        key.open(bytes, layout, partitionKey, payload);
        return new OpenedPayload(layout.flags(), payload, sizeBytes, key.encryptionContext(), arrays);
    }

    private CompactKeySection admissible(
            byte[] bytes, CompactLayout layout, ReaderContext reader, boolean suiteAccepted) {
        CompactEnvelope envelope = CompactEnvelope.parse(bytes, layout);
        if (!suiteAccepted) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_SUITE, "Envelopes of the format COMPACT are not accepted here", null);
        }
        reader.check(EnvelopeFormat.COMPACT, envelope.encryptionContext());
        WrappingKeys.requireConfigured(envelope.encryptedDataKeys(), recognises, keyringName);
        return envelope.keySection();
    }
}
