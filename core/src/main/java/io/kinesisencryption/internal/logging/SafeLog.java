// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.logging;

import org.slf4j.Logger;

/** What other people's code threw, in logs and in messages. Thread-safe. */
public final class SafeLog {
    private SafeLog() {}

    /**
     * Warns that somebody threw. An exception can throw when it is printed, and so can what prints it; then the log gets the names of both.
     *
     * @param log where it is written
     * @param who who threw, as the beginning of a sentence
     * @param thrown what was thrown
     */
    public static void warnOf(Logger log, String who, Throwable thrown) {
        try {
            log.warn("{} threw an exception", who, thrown);
        } catch (Throwable e) {
            log.warn(
                    "{} threw {}, which cannot be printed because of {}",
                    who,
                    thrown.getClass().getName(),
                    e.getClass().getName());
        }
    }

    /**
     * The message of what somebody threw, for a message of ours.
     *
     * @param thrown what was thrown
     * @return its message, or its class if it has none or throws when it is asked
     */
    public static String messageOf(Throwable thrown) {
        String message;
        try {
            message = thrown.getMessage();
        } catch (Throwable e) {
            message = null;
        }
        return message == null ? thrown.getClass().getName() : message;
    }
}
