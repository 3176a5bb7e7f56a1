// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import io.kinesisencryption.examples.failure.CommandException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens input files, with errors that a user understands. */
public final class Inputs {
    /** The longest line that is read: the largest record that any stream can be set to take. */
    public static final int MAX_LINE_BYTES = 10 * 1024 * 1024;

    private Inputs() {}

    /**
     * Opens a file of lines.
     *
     * @param file the file
     * @return a reader for the caller to close
     * @throws CommandException if it cannot be opened
     */
    public static LineReader open(Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandException("the input '%s' is a directory".formatted(file));
        }
        try {
            return new LineReader(Files.newInputStream(file), MAX_LINE_BYTES);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * What to tell of a file that cannot be read.
     *
     * @param file the file
     * @param failure why
     * @return the exception to throw
     */
    public static CommandException unreadable(Path file, IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return new CommandException("there is no file '%s'".formatted(file), failure);
        }
        if (failure instanceof AccessDeniedException) {
            return new CommandException("the file '%s' may not be read: access denied".formatted(file), failure);
        }
        return new CommandException("the file '%s' cannot be read: %s".formatted(file, failure.getMessage()), failure);
    }
}
