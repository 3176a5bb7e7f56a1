// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.stream.RecordSink;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** Prints each record with a line feed. To the file itself: {@link System#out} would hide that whoever read it is gone. */
final class StandardOutput implements RecordSink {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;

    StandardOutput() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    /** Prints elsewhere. */
    StandardOutput(OutputStream file) {
        this.out = new BufferedOutputStream(file, BUFFER_BYTES);
    }

    /** Whoever read the output wants no more of it, as {@code head} does after its lines: an end, and no failure. */
    static final class ReaderGoneException extends IOException {
        private static final long serialVersionUID = 1L;

        private ReaderGoneException(IOException cause) {
            super("whoever read standard output is gone", cause);
        }
    }

    @Override
    public void accept(byte[] data) throws IOException {
        try {
            out.write(data);
            out.write('\n');
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Java tells an operating system's errors apart by their text alone: "Broken pipe", or on Windows "The pipe is being closed". */
    private static IOException failure(IOException e) {
        if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
            return new ReaderGoneException(e);
        }
        throw new CommandException("standard output cannot be written: " + e.getMessage(), e);
    }
}
