// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.envelope;

import java.util.regex.Pattern;

/** Text that whoever can write to a stream may have chosen, made fit for one line of a log and for a terminal. */
public final class UntrustedText {
    private static final int MAX_CHARACTERS = 512;

    /**
     * Controls (C1 as well: a terminal takes U+009B for the start of a command), invisible format characters, which can turn the direction of a line,
     * halves of surrogate pairs, unassigned characters, and the two separators that some readers of logs take for the end of a line.
     */
    private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private UntrustedText() {}

    /**
     * Cuts a text and replaces what could forge a line of a log or speak to a terminal.
     *
     * @param text any text
     * @return at most 512 characters of it, and an ellipsis if it was longer
     */
    public static String shown(String text) {
        String cut = text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
        String shown = NOT_SHOWN.matcher(cut).replaceAll("?");
        return cut.length() == text.length() ? shown : shown + "…";
    }
}
