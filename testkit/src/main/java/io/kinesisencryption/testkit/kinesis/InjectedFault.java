// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/** A fault that is in force: how often it was seen, and the way to take it back. Thread-safe. */
public final class InjectedFault {
    private final KinesisFault fault;
    private final AtomicInteger remaining;
    private final AtomicBoolean cleared = new AtomicBoolean();
    private final AtomicLong seen = new AtomicLong();

    InjectedFault(KinesisFault fault) {
        this.fault = fault;
        this.remaining = new AtomicInteger(fault.calls());
    }

    /**
     * How many calls this fault has hit so far.
     *
     * @return a count of calls, whatever the number of records that failed in each
     */
    public long seenCount() {
        return seen.get();
    }

    /**
     * Whether the fault can still hit a call: it is neither cleared nor used up.
     *
     * @return true while it can
     */
    public boolean isActive() {
        return !cleared.get() && remaining.get() > 0;
    }

    /** Takes the fault back; calls from now on are not hit by it. Clearing twice does nothing more. */
    public void clear() {
        cleared.set(true);
    }

    KinesisFault fault() {
        return fault;
    }

    /** Whether this fault hits that call, which then counts. */
    boolean take(Operation operation, KinesisRequest request) {
        if (!isActive() || !fault.matches(operation, request)) {
            return false;
        }
        if (fault.isLimited() && remaining.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return false;
        }
        seen.incrementAndGet();
        return true;
    }

    @Override
    public String toString() {
        return "InjectedFault[" + fault + ", seenCount=" + seenCount() + ", active=" + isActive() + "]";
    }
}
