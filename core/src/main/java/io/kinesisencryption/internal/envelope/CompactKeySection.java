// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.MalformedEnvelopeException;
import java.util.Arrays;

/**
 * The part of a COMPACT envelope that is the same for every record of a data key, and its whole identity: version, suite, commitment, context and
 * encrypted data keys. Two are equal only if all of these bytes are; flags, nonce and ciphertext play no part. A key found by anything less would
 * let one stream's record pass for another's. Immutable unless made by {@link #viewOf}.
 */
public final class CompactKeySection {
    /** The front of an envelope. What follows {@link #end} belongs to one record. */
    private final byte[] bytes;

    private final int keysOffset;
    private final int end;
    private final int hash;

    private CompactKeySection(byte[] bytes, int keysOffset, int end) {
        this.bytes = bytes;
        this.keysOffset = keysOffset;
        this.end = end;
        this.hash = SeededHash.of32Bytes(bytes, CompactLayout.COMMITMENT_OFFSET);
    }

    /**
     * The key section of an envelope, without copying it.
     *
     * @param envelope the envelope; it must not change while the view is used, so make a {@link #copy} to keep it
     * @param layout what {@link CompactLayout#read} said of it
     * @return a view
     */
    public static CompactKeySection viewOf(byte[] envelope, CompactLayout layout) {
        return new CompactKeySection(envelope, layout.keysOffset(), layout.nonceOffset());
    }

    /**
     * A key section whose commitment is yet to be computed, from the other parts: it is all zeros.
     *
     * @param context an encoded context
     * @param encryptedDataKeys encoded encrypted data keys
     * @return a key section
     */
    static CompactKeySection uncommitted(byte[] context, byte[] encryptedDataKeys) {
        int keysOffset = CompactLayout.CONTEXT_OFFSET + context.length;
        byte[] bytes = new byte[keysOffset + encryptedDataKeys.length];
        CompactLayout.writeFixed(bytes, 0);
        System.arraycopy(context, 0, bytes, CompactLayout.CONTEXT_OFFSET, context.length);
        System.arraycopy(encryptedDataKeys, 0, bytes, keysOffset, encryptedDataKeys.length);
        return new CompactKeySection(bytes, keysOffset, bytes.length);
    }

    /**
     * The same section under another commitment.
     *
     * @param commitment 32 bytes, copied
     * @return a new section
     */
    public CompactKeySection withCommitment(byte[] commitment) {
        if (commitment.length != CompactLayout.COMMITMENT_BYTES) {
            throw new IllegalArgumentException("A commitment has %d bytes; this one has %d"
                    .formatted(CompactLayout.COMMITMENT_BYTES, commitment.length));
        }
        byte[] copy = Arrays.copyOf(bytes, end);
        System.arraycopy(commitment, 0, copy, CompactLayout.COMMITMENT_OFFSET, commitment.length);
        return new CompactKeySection(copy, keysOffset, end);
    }

    /**
     * A section that may be kept.
     *
     * @return an equal one, in an array of its own that holds nothing else
     */
    public CompactKeySection copy() {
        byte[] copy = Arrays.copyOf(bytes, end);
        copy[CompactLayout.FLAGS_OFFSET] = 0;
        return new CompactKeySection(copy, keysOffset, end);
    }

    /**
     * The commitment to the data key.
     *
     * @return a copy, 32 bytes
     */
    public byte[] commitment() {
        return Arrays.copyOfRange(bytes, CompactLayout.COMMITMENT_OFFSET, CompactLayout.CONTEXT_OFFSET);
    }

    /**
     * The encoded context, its length field included.
     *
     * @return a copy
     */
    public byte[] context() {
        return Arrays.copyOfRange(bytes, CompactLayout.CONTEXT_OFFSET, keysOffset);
    }

    /**
     * What the section says.
     *
     * @return the context and the encrypted data keys
     * @throws MalformedEnvelopeException if they are not canonical
     */
    public CompactKeyContents contents() {
        return CompactKeyContents.parse(bytes);
    }

    /**
     * The encoded encrypted data keys, their count included.
     *
     * @return a copy
     */
    public byte[] encryptedDataKeys() {
        return Arrays.copyOfRange(bytes, keysOffset, end);
    }

    /**
     * The size of the section with the fixed part before it: what a record has before its nonce.
     *
     * @return bytes
     */
    public int sizeBytes() {
        return end;
    }

    /**
     * Starts a new envelope.
     *
     * @param flags its flags
     * @param payloadSizeBytes the size of its payload
     * @return an array of the envelope's exact size with everything before the nonce in place
     */
    public byte[] newEnvelope(int flags, int payloadSizeBytes) {
        int sizeBytes = Math.addExact(end + CompactLayout.NONCE_BYTES + CompactLayout.TAG_BYTES, payloadSizeBytes);
        byte[] envelope = Arrays.copyOf(bytes.length == end ? bytes : Arrays.copyOf(bytes, end), sizeBytes);
        envelope[CompactLayout.FLAGS_OFFSET] = (byte) flags;
        return envelope;
    }

    /** Compares every byte but the flags. The magic, the version and the suite are compared as bytes too: there is one of each today. */
    @Override
    public boolean equals(Object other) {
        return other instanceof CompactKeySection that
                && end == that.end
                && keysOffset == that.keysOffset
                && Arrays.equals(
                        bytes, CompactLayout.COMMITMENT_OFFSET, end, that.bytes, CompactLayout.COMMITMENT_OFFSET, end)
                && Arrays.equals(bytes, 0, CompactLayout.FLAGS_OFFSET, that.bytes, 0, CompactLayout.FLAGS_OFFSET);
    }

    /** A seeded hash of the commitment alone, which is enough to tell honest keys apart. */
    @Override
    public int hashCode() {
        return hash;
    }

    /** Sizes only. */
    @Override
    public String toString() {
        return "CompactKeySection[" + end + " bytes]";
    }
}
