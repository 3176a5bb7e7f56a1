// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import org.jspecify.annotations.Nullable;

/** Calls into an application's code: what it throws is handed on unchanged, but never as an {@link Error}. */
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

    /** Throws it. In KCL an {@link Error} would end the scheduler's loop, but not the renewal of its leases. */
    static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error) {
            throw new RuntimeException(
                    "The application's record processor threw "
                            + failure.getClass().getName(),
                    failure);
        }
        if (failure != null) {
            ApplicationCall.<RuntimeException>throwUnchanged(failure);
        }
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
