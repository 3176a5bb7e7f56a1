// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** What other people's code threw, for a log: an exception of theirs can throw when it is printed, and that must not stop a shard. */
final class Loggable {
    private Loggable() {}

    /** Returns what was thrown, or if it cannot be printed or has no message that can be read, an exception that names its class. */
    static Throwable of(Throwable thrown) {
        try {
            thrown.printStackTrace(new PrintWriter(Writer.nullWriter()));
            readMessages(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
            return thrown;
        } catch (Throwable e) {
            return new IllegalStateException("%s, whose stack trace cannot be printed because of %s"
                    .formatted(thrown.getClass().getName(), e.getClass().getName()));
        }
    }

    /** As loggers do that print by themselves. */
    private static void readMessages(Throwable thrown, Set<Throwable> seen) {
        for (Throwable next = thrown; next != null && seen.add(next); next = next.getCause()) {
            var unused = next.getMessage();
            for (Throwable suppressed : next.getSuppressed()) {
                readMessages(suppressed, seen);
            }
        }
    }
}
