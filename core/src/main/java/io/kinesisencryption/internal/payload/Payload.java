// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

/**
 * What an envelope is to hold: bytes that are there, or an aggregate, which can be written where it will be sealed: a second array of half a
 * megabyte costs as much time as its encryption.
 */
public sealed interface Payload permits AggregateWriter, Payload.Whole {
    /**
     * Bytes that are there.
     *
     * @param bytes the payload, not copied
     * @return a payload
     */
    static Payload of(byte[] bytes) {
        return new Whole(bytes);
    }

    /**
     * The exact size.
     *
     * @return bytes
     */
    int sizeBytes();

    /**
     * The payload in one piece.
     *
     * @return an array of its exact size, which is not to be changed
     */
    byte[] toByteArray();

    /**
     * Writes the payload into somebody else's array.
     *
     * @param target the array
     * @param offset where the payload begins in it; {@link #sizeBytes()} bytes must be left
     * @return the offset after it
     */
    int writeTo(byte[] target, int offset);

    /** Bytes that are there. {@link #toString()} does not show them. */
    final class Whole implements Payload {
        private final byte[] bytes;

        private Whole(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int sizeBytes() {
            return bytes.length;
        }

        @Override
        public byte[] toByteArray() {
            return bytes;
        }

        @Override
        public int writeTo(byte[] target, int offset) {
            System.arraycopy(bytes, 0, target, offset, bytes.length);
            return offset + bytes.length;
        }
    }
}
