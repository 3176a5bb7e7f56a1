// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import org.jspecify.annotations.Nullable;

/**
 * The calls of the key service that one load of a data key makes. A load can make several: one for each encrypted data key of a record that the
 * keyring recognises, until one opens; and one for each wrapping key that a new data key is encrypted under. Each has to ask here before it is
 * made, because the load's own limit would otherwise count one where a forged record causes eight.
 *
 * <p>Between a load and the client that makes its calls lies the material providers library, which hands nothing through and calls on the thread
 * that called it. So what a load may do is bound to its thread. Calls outside of loads are let through.
 */
public final class KeyServiceCalls {
    /** What one load may call. Used by one thread. */
    public interface Permits {
        /**
         * Waits until the next call of this load may begin.
         *
         * @throws io.kinesisencryption.error.TransientKeyException if it may not, and no later one of this load
         */
        void acquire();

        /** Takes note of an attempt that nobody asked about, because it repeats one that failed. It delays what begins after it. Does not wait. */
        void charge();
    }

    private static final ThreadLocal<@Nullable KeyServiceCalls> OF_THREAD = new ThreadLocal<>();

    private final Permits permits;
    private boolean attemptExpected;

    private KeyServiceCalls(Permits permits) {
        this.permits = permits;
    }

    /**
     * Runs a load under limits.
     *
     * @param permits what it may call
     * @param load runs on this thread, as all of its calls must
     */
    public static void within(Permits permits, Runnable load) {
        KeyServiceCalls outer = OF_THREAD.get();
        OF_THREAD.set(new KeyServiceCalls(permits));
        try {
            load.run();
        } finally {
            if (outer == null) {
                OF_THREAD.remove();
            } else {
                OF_THREAD.set(outer);
            }
        }
    }

    /**
     * Waits until a call may begin. Before each call of a key service.
     *
     * @throws io.kinesisencryption.error.TransientKeyException if this thread runs a load that may make no further call now, or is interrupted
     */
    public static void begin() {
        KeyServiceCalls calls = OF_THREAD.get();
        if (calls != null) {
            calls.permits.acquire();
            calls.attemptExpected = true;
        }
    }

    /** Takes note of a request that goes out: the first of a call is what {@link #begin} was asked for, each further one repeats it. */
    public static void attempted() {
        KeyServiceCalls calls = OF_THREAD.get();
        if (calls != null) {
            if (!calls.attemptExpected) {
                calls.permits.charge();
            }
            calls.attemptExpected = false;
        }
    }
}
