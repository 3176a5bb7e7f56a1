// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.internal;

import java.util.Objects;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a listener throws from the caller: a metric must not cost a record. Thread-safe if the listener is.
 *
 * @param <L> the listener's type
 */
public final class SafeListener<L> {
    private final L listener;

    /**
     * Makes one.
     *
     * @param listener who is told
     */
    public SafeListener(L listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Tells the listener.
     *
     * @param method which of its methods
     * @param event what happened
     * @param <E> the event's type
     */
    public <E> void tell(BiConsumer<? super L, ? super E> method, E event) {
        try {
            method.accept(listener, event);
        } catch (Throwable e) {
            log(e);
        }
    }

    /** An exception can throw when it is printed. */
    private void log(Throwable thrown) {
        Logger log = LoggerFactory.getLogger(listener.getClass());
        try {
            log.warn("A listener threw an exception", thrown);
        } catch (Throwable e) {
            log.warn(
                    "A listener threw {}, which cannot be printed because of {}",
                    thrown.getClass().getName(),
                    e.getClass().getName());
        }
    }
}
