// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * The faults that an {@link InMemoryKinesis} is under. Thread-safe. A call is hit by the first injected fault that fails it
 * as a whole, before it is validated, and otherwise by every fault that fails records of it, after validation; a record that
 * several of them choose gets the error of the first.
 *
 * <p>The clients make one attempt for each call, so a fault stands for what is left after the SDK's own retries.
 */
public final class KinesisFaults {
    private final List<InjectedFault> faults = new CopyOnWriteArrayList<>();
    private final AtomicLong seen = new AtomicLong();

    KinesisFaults() {}

    /**
     * Puts a fault into force, behind those injected before.
     *
     * @param fault what goes wrong, where and how often
     * @return the handle to count and clear it
     */
    public InjectedFault inject(KinesisFault fault) {
        InjectedFault injected = new InjectedFault(Objects.requireNonNull(fault, "fault"));
        faults.add(injected);
        return injected;
    }

    /** Takes back every fault; calls from now on are answered as usual. The counts stay. */
    public void clear() {
        faults.forEach(InjectedFault::clear);
        faults.removeIf(fault -> !fault.isActive());
    }

    /**
     * How often a fault has hit a call, over all faults ever injected here.
     *
     * @return the sum of the faults' counts
     */
    public long seenCount() {
        return seen.get();
    }

    /** The fault that fails this call as a whole, or null. */
    @Nullable
    CallFault takeCallFault(Operation operation, KinesisRequest request) {
        for (InjectedFault injected : faults) {
            if (injected.fault().effect() instanceof KinesisFault.CallFails effect
                    && take(injected, operation, request)) {
                return new CallFault(effect.maker(), injected.fault().isAfterSuccess());
            }
        }
        return null;
    }

    /** The faults that fail records of this call. */
    List<RecordFault> takeRecordFaults(Operation operation, KinesisRequest request) {
        if (faults.isEmpty()) {
            return List.of();
        }
        List<RecordFault> taken = new ArrayList<>();
        for (InjectedFault injected : faults) {
            if (injected.fault().effect() instanceof KinesisFault.RecordsFail effect
                    && take(injected, operation, request)) {
                taken.add(new RecordFault(
                        effect.error(), effect.choice(), injected.fault().isAfterSuccess()));
            }
        }
        return taken;
    }

    private boolean take(InjectedFault injected, Operation operation, KinesisRequest request) {
        boolean taken = injected.take(operation, request);
        if (taken) {
            seen.incrementAndGet();
        }
        if (!injected.isActive()) {
            faults.remove(injected);
        }
        return taken;
    }

    /** A fault that has hit a call. */
    record CallFault(KinesisFault.ExceptionMaker maker, boolean afterSuccess) {}

    /** A fault that has hit a PutRecords call. */
    record RecordFault(RecordError error, KinesisFault.RecordChoice choice, boolean afterSuccess) {}
}
