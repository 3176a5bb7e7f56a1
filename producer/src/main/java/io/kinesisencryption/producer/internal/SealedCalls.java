// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.internal;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * The calls under way that carry records encrypted here, known by the very array of their first record. So an encrypting client recognises what another
 * one has encrypted, though a decorator of somebody else's stands between them, on other threads perhaps; and never mistakes a plaintext that looks
 * like ciphertext. Thread-safe.
 */
public final class SealedCalls {
    private static final Set<Sealed> UNDER_WAY = ConcurrentHashMap.newKeySet();

    private SealedCalls() {}

    /** An array itself, not what is in it. */
    private static final class Sealed {
        private final byte[] data;

        Sealed(byte[] data) {
            this.data = data;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Sealed sealed && sealed.data == data;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(data);
        }
    }

    /**
     * Makes a call and waits for it.
     *
     * @param first the encrypted data of its first record
     * @param call makes it
     * @param <R> its answer
     * @return the answer
     */
    public static <R> R during(SdkBytes first, Supplier<R> call) {
        Sealed sealed = new Sealed(first.asByteArrayUnsafe());
        UNDER_WAY.add(sealed);
        try {
            return call.get();
        } finally {
            UNDER_WAY.remove(sealed);
        }
    }

    /**
     * Begins a call.
     *
     * @param first the encrypted data of its first record
     * @param call begins it
     * @param <R> its answer
     * @return what {@code call} gave
     */
    public static <R> @Nullable CompletableFuture<R> until(
            SdkBytes first, Supplier<@Nullable CompletableFuture<R>> call) {
        Sealed sealed = new Sealed(first.asByteArrayUnsafe());
        UNDER_WAY.add(sealed);
        CompletableFuture<R> future = null;
        try {
            future = call.get();
        } finally {
            if (future == null) {
                UNDER_WAY.remove(sealed);
            }
        }
        if (future != null) {
            var unused = future.whenComplete((response, error) -> UNDER_WAY.remove(sealed));
        }
        return future;
    }

    /**
     * Whether a record is being put that was encrypted here.
     *
     * @param data the record's data, or null if it has none
     * @return true if it would be encrypted a second time
     */
    public static boolean contains(@Nullable SdkBytes data) {
        return data != null && UNDER_WAY.contains(new Sealed(data.asByteArrayUnsafe()));
    }
}
