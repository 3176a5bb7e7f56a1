// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.failure;

import org.jspecify.annotations.Nullable;

/**
 * A failure that the user of a command can do something about. Its message is the one line that the user sees: it names what failed, and never
 * holds the data of a record.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure without a cause worth telling.
     *
     * @param message what happened, for the user
     */
    public CommandException(String message) {
        this(message, null);
    }

    /**
     * A failure.
     *
     * @param message what happened, for the user
     * @param cause what it follows from, for a debugger; its message is not shown
     */
    public CommandException(String message, @Nullable Throwable cause) {
        super(oneLine(message), cause);
    }

    /**
     * Joins the lines of a text, because libraries put line breaks into their messages.
     *
     * @param text any text
     * @return the same without line breaks and without what a terminal would not show but obey
     */
    public static String oneLine(String text) {
        return text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ").strip();
    }
}
