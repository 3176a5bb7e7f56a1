// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.logging;

import org.slf4j.Logger;

/** Logs what other people's code threw. Thread-safe. */
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
}
