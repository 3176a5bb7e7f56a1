// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Random nonces, a few of them drawn ahead because drawing one costs half as much as encrypting a small record. A copy of the process (a snapshot,
 * a cloned machine) holds the same nonces as the original: hence few, not for long, overwritten on use, and straight from the operating system, so
 * that there is no generator in the process whose state could be copied.
 *
 * <p>No nonce is used that was drawn more than 100 ms before, by the wall clock. Those that nobody has used by then are overwritten by a sweep, some
 * 200 ms after they were drawn at the latest, or sooner by the next use or {@link #discardAll}. A process that is idle has no sweep to come: it
 * has no nonces either.
 */
final class RandomNonces implements NonceSource {
    static final int MAX_AHEAD = 64;
    static final long MAX_AGE_MILLIS = 100;

    /** What was drawn when a sweep was asked for is too old when it comes; what was drawn later waits for another. */
    static final long SWEEP_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(MAX_AGE_MILLIS + 1);

    /** One for the process: it has no state. */
    private static final IntFunction<byte[]> OPERATING_SYSTEM = operatingSystem();

    private final IntFunction<byte[]> source;
    private final LongSupplier wallMillis;
    private final ObjLongConsumer<Runnable> later;
    private final ReentrantLock drawing = new ReentrantLock();
    private volatile Batch batch;

    /** Guarded by {@link #drawing}. */
    private boolean sweepIsComing;

    RandomNonces(ObjLongConsumer<Runnable> later) {
        this(OPERATING_SYSTEM, System::currentTimeMillis, later);
    }

    /** For tests: the source returns as many random bytes as it is asked for. */
    RandomNonces(IntFunction<byte[]> source, LongSupplier wallMillis, ObjLongConsumer<Runnable> later) {
        this.source = source;
        this.wallMillis = wallMillis;
        this.later = later;
        this.batch = new Batch(new byte[0], 0);
    }

    @Override
    public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        next(out, offset);
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, out, offset, SIZE_BYTES));
    }

    void next(byte[] out, int offset) {
        // Wall time, because a restored process may find its monotonic clock where it left it.
        long now = wallMillis.getAsLong();
        if (batch.take(now, out, offset)) {
            return;
        }
        if (!drawing.tryLock()) {
            // Another thread is drawing a batch; one nonce of one's own is quicker than waiting.
            System.arraycopy(source.apply(SIZE_BYTES), 0, out, offset, SIZE_BYTES);
            return;
        }
        try {
            Batch current = batch;
            if (!current.take(now, out, offset)) {
                current.discard();
                Batch fresh = new Batch(source.apply(MAX_AHEAD * SIZE_BYTES), wallMillis.getAsLong());
                fresh.takeFirst(out, offset);
                batch = fresh;
                sweepLater(fresh);
            }
        } finally {
            drawing.unlock();
        }
    }

    /** Sees to it that a batch is swept when it is too old; one that cannot be is not kept. The lock is held. */
    private void sweepLater(Batch kept) {
        if (sweepIsComing) {
            return;
        }
        try {
            later.accept(this::sweep, SWEEP_DELAY_NANOS);
            sweepIsComing = true;
        } catch (Throwable e) {
            // The owner is closed, or no thread is to be had. The caller has its nonce.
            kept.discard();
        }
    }

    /** Overwrites what is too old, and comes again for what is not. */
    private void sweep() {
        drawing.lock();
        try {
            sweepIsComing = false;
            Batch current = batch;
            if (current.isStale(wallMillis.getAsLong())) {
                current.discard();
            } else if (!current.isUsedUp()) {
                sweepLater(current);
            }
        } finally {
            drawing.unlock();
        }
    }

    @Override
    public void discardAll() {
        drawing.lock();
        try {
            batch.discard();
        } finally {
            drawing.unlock();
        }
    }

    /** For tests. */
    byte[] bytesAhead() {
        return batch.bytes;
    }

    /** The wall clock's resolution and steps are harmless: a batch that seems to be from the future is stale too. */
    private static final class Batch {
        private final byte[] bytes;
        private final int size;
        private final long drawnAt;

        /** Each number is had by one caller only, who alone may then touch that nonce. */
        private final AtomicInteger next = new AtomicInteger();

        Batch(byte[] bytes, long drawnAt) {
            this.bytes = bytes;
            this.size = bytes.length / SIZE_BYTES;
            this.drawnAt = drawnAt;
        }

        boolean take(long now, byte[] out, int offset) {
            // Asked first, so that the counter of a batch that is used up does not run on and over.
            if (isStale(now) || isUsedUp()) {
                return false;
            }
            int index = next.getAndIncrement();
            if (index >= size) {
                return false;
            }
            move(index, out, offset);
            return true;
        }

        boolean isStale(long now) {
            long age = now - drawnAt;
            return age < 0 || age > MAX_AGE_MILLIS;
        }

        boolean isUsedUp() {
            return next.get() >= size;
        }

        void takeFirst(byte[] out, int offset) {
            move(next.getAndIncrement(), out, offset);
        }

        /** Overwrites those that nobody has taken, and no other: a taker may be reading its own. */
        void discard() {
            int from = next.getAndSet(size);
            if (from < size) {
                Arrays.fill(bytes, from * SIZE_BYTES, bytes.length, (byte) 0);
            }
        }

        private void move(int index, byte[] out, int offset) {
            int at = index * SIZE_BYTES;
            System.arraycopy(bytes, at, out, offset, SIZE_BYTES);
            Arrays.fill(bytes, at, at + SIZE_BYTES, (byte) 0);
        }
    }

    /** Where the operating system's device is a generator of the JDK, its seed bytes are the device's own, with no state or buffer between. */
    private static IntFunction<byte[]> operatingSystem() {
        try {
            return SecureRandom.getInstance("NativePRNGNonBlocking")::generateSeed;
        } catch (NoSuchAlgorithmException e) {
            SecureRandom random = new SecureRandom();
            return size -> {
                byte[] bytes = new byte[size];
                random.nextBytes(bytes);
                return bytes;
            };
        }
    }
}
