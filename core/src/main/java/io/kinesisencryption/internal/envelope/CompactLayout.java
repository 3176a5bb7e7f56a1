// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.suite.AlgorithmSuite;

/**
 * Where the parts of one COMPACT envelope begin and end: its lengths, checked against their bounds and against the bytes that are there, and
 * nothing of what they hold. Enough to look up a key that was used before; {@link CompactEnvelope} reads the rest where it was not.
 *
 * <pre>
 * fixed(6) | commitment(32) | context | encrypted data keys | nonce(12) | ciphertext | tag(16)
 * fixed = FE 4B 45 | version 01 | suite 01 | flags
 * </pre>
 *
 * @param flags the flags, none of them reserved
 * @param keysOffset where the context ends and the encrypted data keys begin
 * @param nonceOffset where the encrypted data keys end
 * @param sizeBytes the size of the envelope
 */
public record CompactLayout(int flags, int keysOffset, int nonceOffset, int sizeBytes) {
    /** The payload is an aggregate of user records. */
    public static final int FLAG_AGGREGATE = 1;
    /** The payload is a zstd frame. */
    public static final int FLAG_ZSTD = 1 << 1;
    /** The record is bound to the partition key of the wire. */
    public static final int FLAG_PARTITION_KEY_BOUND = 1 << 2;

    /** Every flag that has a meaning; the others are reserved and refused. */
    public static final int KNOWN_FLAGS = FLAG_AGGREGATE | FLAG_ZSTD | FLAG_PARTITION_KEY_BOUND;

    /** The version of the format that is written and read. */
    public static final int VERSION = 1;

    /** The one suite of version 1. */
    public static final AlgorithmSuite SUITE = AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

    /** The largest context in bytes, its length field not counted. */
    public static final int MAX_CONTEXT_BYTES = 4096;
    /** The most encrypted data keys. */
    public static final int MAX_ENCRYPTED_DATA_KEYS = 8;
    /** The largest section of encrypted data keys in bytes, its count field included. */
    public static final int MAX_KEYS_BYTES = 8192;

    /** What an envelope has at most before its ciphertext, and a tag: {@link #read} accepts this much of the front of a good one. */
    public static final int MAX_FRONT_BYTES = 6 + 32 + 2 + MAX_CONTEXT_BYTES + MAX_KEYS_BYTES + 12 + 16;

    /** The size of the commitment in bytes. */
    public static final int COMMITMENT_BYTES = 32;
    /** The size of the nonce in bytes. */
    public static final int NONCE_BYTES = 12;
    /** The size of the tag in bytes. */
    public static final int TAG_BYTES = 16;

    /** The bytes that are authenticated with each record: the fixed part and the commitment, which stand at the front. */
    public static final int AUTHENTICATED_BYTES = 38;

    static final int VERSION_OFFSET = 3;
    static final int FLAGS_OFFSET = 5;
    static final int COMMITMENT_OFFSET = 6;
    static final int CONTEXT_OFFSET = COMMITMENT_OFFSET + COMMITMENT_BYTES;

    private static final byte[] MAGIC = {(byte) 0xFE, 'K', 'E'};

    /**
     * Whether bytes begin like a COMPACT envelope of any version.
     *
     * @param bytes the data of a Kinesis record
     * @return whether {@link #read} is the judge of them; if not, they are no envelope of this format
     */
    public static boolean recognises(byte[] bytes) {
        return bytes.length >= MAGIC.length && bytes[0] == MAGIC[0] && bytes[1] == MAGIC[1] && bytes[2] == MAGIC[2];
    }

    /**
     * Reads the lengths of an envelope.
     *
     * @param bytes the data of a Kinesis record that {@link #recognises} accepts; not changed and not kept
     * @return the layout
     * @throws UnsupportedEnvelopeException if the version, the suite or a flag is not known
     * @throws MalformedEnvelopeException if a length breaks a bound or the end of the bytes
     */
    public static CompactLayout read(byte[] bytes) {
        return read(bytes, bytes.length);
    }

    /**
     * Reads the lengths of an envelope that need not fill its array.
     *
     * @param bytes begins with the envelope; not changed and not kept
     * @param sizeBytes the size of the envelope
     * @return the layout
     * @throws UnsupportedEnvelopeException if the version, the suite or a flag is not known
     * @throws MalformedEnvelopeException if a length breaks a bound or the end of the envelope
     */
    public static CompactLayout read(byte[] bytes, int sizeBytes) {
        BoundedReader in = new BoundedReader(bytes, sizeBytes);
        in.skip(MAGIC.length, "magic");
        int flags = readFixed(in);
        in.skip(COMMITMENT_BYTES, "commitment");
        int contextBytes = in.unsignedShort("encryption context length");
        BoundedReader.checkBound(contextBytes, MAX_CONTEXT_BYTES, "bytes of encryption context");
        in.skip(contextBytes, "encryption context");
        int keysOffset = in.position();
        int count = in.unsignedByte("encrypted data key count");
        if (count == 0) {
            throw new MalformedEnvelopeException("The envelope has no encrypted data key", null);
        }
        BoundedReader.checkBound(count, MAX_ENCRYPTED_DATA_KEYS, "encrypted data keys");
        for (int i = 0; i < count; i++) {
            in.skip(in.unsignedShort("key provider id length"), "key provider id");
            in.skip(in.unsignedShort("key provider info length"), "key provider info");
            in.skip(in.unsignedShort("encrypted data key length"), "encrypted data key");
        }
        int nonceOffset = in.position();
        BoundedReader.checkBound(nonceOffset - keysOffset, MAX_KEYS_BYTES, "bytes of encrypted data keys");
        in.skip(NONCE_BYTES, "nonce");
        if (in.remaining() < TAG_BYTES) {
            throw new MalformedEnvelopeException(
                    "The envelope ends inside its ciphertext: its tag takes %d bytes and %d are left"
                            .formatted(TAG_BYTES, in.remaining()),
                    null);
        }
        return new CompactLayout(flags, keysOffset, nonceOffset, sizeBytes);
    }

    private static int readFixed(BoundedReader in) {
        int version = in.unsignedByte("version");
        if (version != VERSION) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "The envelope is of version %d of COMPACT; only version %d is known".formatted(version, VERSION),
                    null);
        }
        int suite = in.unsignedByte("algorithm suite");
        if (suite != SUITE.id()) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_SUITE,
                    "The envelope's algorithm suite 0x%02X of COMPACT is not known".formatted(suite),
                    null);
        }
        int flags = in.unsignedByte("flags");
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    "The envelope's flags 0x%02X ask for something that this version does not know".formatted(flags),
                    null);
        }
        return flags;
    }

    /**
     * Whether the record is bound to the partition key of the wire.
     *
     * @return whether {@link #FLAG_PARTITION_KEY_BOUND} is set
     */
    public boolean partitionKeyBound() {
        return (flags & FLAG_PARTITION_KEY_BOUND) != 0;
    }

    /**
     * Where the ciphertext begins; the tag follows it to the end.
     *
     * @return an offset into the envelope
     */
    public int ciphertextOffset() {
        return nonceOffset + NONCE_BYTES;
    }

    /**
     * The size of the payload, which is that of the ciphertext.
     *
     * @return bytes, 0 or more
     */
    public int payloadSizeBytes() {
        return sizeBytes - ciphertextOffset() - TAG_BYTES;
    }

    /** Writes the fixed part to the front of an envelope. */
    static void writeFixed(byte[] envelope, int flags) {
        System.arraycopy(MAGIC, 0, envelope, 0, MAGIC.length);
        envelope[VERSION_OFFSET] = VERSION;
        envelope[VERSION_OFFSET + 1] = (byte) SUITE.id();
        envelope[FLAGS_OFFSET] = (byte) flags;
    }
}
