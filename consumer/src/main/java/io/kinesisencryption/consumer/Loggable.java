// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.io.PrintWriter;
import java.io.Writer;

/** What other people's code threw, for a log: an exception of theirs can throw when it is printed, and that must not stop a shard. */
final class Loggable {
    private Loggable() {}

    /** Returns what was thrown, or if it cannot be printed, an exception that names its class. */
    static Throwable of(Throwable thrown) {
        try {
            thrown.printStackTrace(new PrintWriter(Writer.nullWriter()));
            return thrown;
        } catch (Throwable e) {
            return new IllegalStateException("%s, whose stack trace cannot be printed because of %s"
                    .formatted(thrown.getClass().getName(), e.getClass().getName()));
        }
    }
}
