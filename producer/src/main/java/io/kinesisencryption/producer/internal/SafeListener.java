// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.internal;

import io.kinesisencryption.internal.logging.SafeLog;
import java.util.Objects;
import java.util.function.BiConsumer;
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
            SafeLog.warnOf(LoggerFactory.getLogger(listener.getClass()), "A listener", e);
        }
    }
}
