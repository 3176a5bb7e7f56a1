// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import io.kinesisencryption.examples.failure.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines as bytes. A line ends at a line feed or at the end of the input; a carriage return is a byte like any other, and nothing is decoded.
 * What follows the last line feed is a line only if it is not empty. Not thread-safe.
 */
public final class LineReader implements Closeable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long number;

    /**
     * Reads from a stream.
     *
     * @param in the input, closed with the reader; needs no buffer of its own
     * @param maxLineBytes the longest line that is read, so that an input without line feeds does not fill the memory
     */
    public LineReader(InputStream in, int maxLineBytes) {
        this.in = Objects.requireNonNull(in, "in");
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * The next line.
     *
     * @return the line, or null at the end of the input
     * @throws IOException if the input cannot be read
     * @throws CommandException if the line is longer than the limit
     */
    public @Nullable Line next() throws IOException {
        ByteArrayOutputStream start = new ByteArrayOutputStream(0);
        while (position < limit || fill()) {
            int end = endOfLine();
            if ((long) start.size() + (end - position) > maxLineBytes) {
                throw new CommandException("line %d is longer than %d bytes, the most that a record of any stream takes"
                        .formatted(number + 1, maxLineBytes));
            }
            start.write(buffer, position, end - position);
            boolean complete = end < limit;
            position = complete ? end + 1 : end;
            if (complete) {
                return new Line(++number, start.toByteArray());
            }
        }
        return start.size() == 0 ? null : new Line(++number, start.toByteArray());
    }

    /**
     * Whether more input is there already, so that {@link #next()} has something to read at once. A pipe or a terminal whose writer pauses has none; at the
     * end of the input there is none either.
     *
     * @return false if {@link #next()} would have to wait, or find the end
     * @throws IOException if the input cannot be asked
     */
    public boolean ready() throws IOException {
        return endOfLine() < limit || in.available() > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private int endOfLine() {
        int end = position;
        while (end < limit && buffer[end] != '\n') {
            end++;
        }
        return end;
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(read, 0);
        return read > 0;
    }
}
