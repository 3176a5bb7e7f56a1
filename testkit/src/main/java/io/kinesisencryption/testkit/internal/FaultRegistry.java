// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.InjectedFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one service that are in force, in the order of their injection. Thread-safe.
 *
 * @param <F> the service's faults
 * @param <C> what a fault's condition sees of a call
 */
public final class FaultRegistry<F, C> implements Faults<F> {
    private final Function<? super F, FaultScope<C>> scopes;
    private final List<ActiveFault> faults = new CopyOnWriteArrayList<>();
    private final AtomicLong hits = new AtomicLong();

    /**
     * A registry without faults.
     *
     * @param scopes tells which calls a fault hits
     */
    public FaultRegistry(Function<? super F, FaultScope<C>> scopes) {
        this.scopes = scopes;
    }

    @Override
    public InjectedFault inject(F fault) {
        ActiveFault active = new ActiveFault(Objects.requireNonNull(fault, "fault"));
        faults.add(active);
        return active;
    }

    @Override
    public void clear() {
        faults.forEach(ActiveFault::clear);
    }

    @Override
    public long hitCount() {
        return hits.get();
    }

    /**
     * The first fault that hits this call, which then counts for it.
     *
     * @param operation the operation that is called
     * @param call the call
     * @param kind which faults are asked
     * @return the fault, or null if none hits the call
     */
    public @Nullable F takeFirst(String operation, C call, Predicate<? super F> kind) {
        for (ActiveFault active : faults) {
            if (kind.test(active.fault) && active.take(operation, call)) {
                return active.fault;
            }
        }
        return null;
    }

    /**
     * Every fault that hits this call, which then counts for each of them.
     *
     * @param operation the operation that is called
     * @param call the call
     * @param kind which faults are asked
     * @return the faults in the order of their injection
     */
    public List<F> takeAll(String operation, C call, Predicate<? super F> kind) {
        List<F> taken = new ArrayList<>();
        for (ActiveFault active : faults) {
            if (kind.test(active.fault) && active.take(operation, call)) {
                taken.add(active.fault);
            }
        }
        return taken;
    }

    private final class ActiveFault implements InjectedFault {
        private final F fault;
        private final FaultScope<C> scope;
        private final AtomicLong remaining;
        private final AtomicLong hitsOfThis = new AtomicLong();

        ActiveFault(F fault) {
            this.fault = fault;
            this.scope = scopes.apply(fault);
            this.remaining = new AtomicLong(scope.calls());
        }

        @Override
        public long hitCount() {
            return hitsOfThis.get();
        }

        @Override
        public boolean isActive() {
            return remaining.get() > 0;
        }

        @Override
        public void clear() {
            remaining.set(0);
            faults.remove(this);
        }

        /** Whether this fault hits that call. Threads may race for the last one, and a condition may take its time. */
        boolean take(String operation, C call) {
            if (!isActive() || !scope.matches(operation, call)) {
                return false;
            }
            long before = remaining.getAndUpdate(left -> Math.max(0, left - 1));
            if (before <= 1) {
                faults.remove(this);
            }
            if (before == 0) {
                return false;
            }
            hitsOfThis.incrementAndGet();
            hits.incrementAndGet();
            return true;
        }

        @Override
        public String toString() {
            return "InjectedFault[" + fault + ", hitCount=" + hitCount() + ", active=" + isActive() + "]";
        }
    }
}
