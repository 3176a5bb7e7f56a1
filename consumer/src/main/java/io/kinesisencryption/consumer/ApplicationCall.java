// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import org.jspecify.annotations.Nullable;

/** Calls into an application's code: what it throws is handed on unchanged, but never as anything but an exception. */
final class ApplicationCall {
    private ApplicationCall() {}

    static @Nullable Throwable failureOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /**
     * Throws it. In KCL an {@link Error} would end the scheduler's loop, but not the renewal of its leases; and so would any other throwable that is no
     * exception, and an exception that throws an error when KCL logs it.
     */
    static void rethrow(@Nullable Throwable failure) {
        rethrow("The application's record processor", failure);
    }

    /** {@code who} threw it, as the beginning of a sentence. */
    static void rethrow(String who, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        Throwable printable = Loggable.of(failure);
        if (!(printable instanceof Exception)) {
            throw new RuntimeException(who + " threw " + printable.getClass().getName(), printable);
        }
        ApplicationCall.<RuntimeException>throwUnchanged(printable);
    }

    static void run(Runnable call) {
        rethrow(failureOf(call));
    }

    /** An application can throw a checked exception without declaring it (other languages do); it stays what it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnchanged(Throwable failure) throws E {
        throw (E) failure;
    }
}
