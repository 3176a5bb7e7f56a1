// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import java.util.Objects;

/**
 * One line of the input: the bytes between two line feeds, which are not characters to this program. Immutable, as long as nobody changes its
 * array.
 */
public final class Line {
    private final long number;
    private final byte[] data;

    /**
     * A line.
     *
     * @param number its place in the input, from 1
     * @param data its bytes without the line feed, not copied
     */
    public Line(long number, byte[] data) {
        this.number = number;
        this.data = Objects.requireNonNull(data, "data");
    }

    /**
     * The place in the input.
     *
     * @return from 1
     */
    public long number() {
        return number;
    }

    /**
     * The bytes without the line feed.
     *
     * @return the line's own array
     */
    public byte[] data() {
        return data;
    }

    /**
     * The number and the size, never the bytes.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "Line[" + number + ", " + data.length + " bytes]";
    }
}
