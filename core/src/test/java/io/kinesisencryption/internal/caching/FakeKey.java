// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.internal.materials.LeasedKey;
import io.kinesisencryption.internal.materials.Leases;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;

/** A key that notices when it is used after it was destroyed, and counts what was encrypted under it. */
final class FakeKey implements LeasedKey {
    private static final Leases<FakeKey> LEASES =
            new Leases<>(AtomicIntegerFieldUpdater.newUpdater(FakeKey.class, "leases"), FakeKey::destroy);

    final String identity;
    final int number;
    final AtomicLong records = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicInteger destroyed = new AtomicInteger();
    private final AtomicInteger inUse = new AtomicInteger();

    /** {@link #LEASES} counts here. */
    @SuppressWarnings("UnusedVariable")
    private volatile int leases;

    @Override
    public boolean tryLease() {
        return LEASES.tryTake(this);
    }

    @Override
    public void release() {
        LEASES.end(this);
    }

    @Override
    public void close() {
        LEASES.close(this);
    }

    private volatile boolean misused;

    FakeKey(String identity, int number) {
        this.identity = identity;
        this.number = number;
    }

    int use() {
        return use(0, 0);
    }

    int use(long useRecords, long useBytes) {
        inUse.incrementAndGet();
        misused |= destroyed.get() != 0;
        records.addAndGet(useRecords);
        bytes.addAndGet(useBytes);
        inUse.decrementAndGet();
        return number;
    }

    boolean isDestroyed() {
        return destroyed.get() == 1;
    }

    /** Whether it was used when destroyed, destroyed when used, or destroyed twice. */
    boolean wasMisused() {
        return misused || destroyed.get() > 1;
    }

    private void destroy() {
        misused |= inUse.get() != 0;
        destroyed.incrementAndGet();
    }
}
