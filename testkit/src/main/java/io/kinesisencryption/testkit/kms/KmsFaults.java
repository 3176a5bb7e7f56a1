// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.util.Objects.requireNonNull;

import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The faults of an {@link InMemoryKms}: what shall go wrong with its calls, and how often.
 *
 * <pre>{@code
 * kms.faults().throttle(Scope.next(3));                               // the next three calls
 * try (var down = kms.faults().unreachable(Scope.always())) { ... }   // until closed
 * kms.faults().timeoutAfterCall(Scope.next(1).on("GenerateDataKey"));
 * kms.faults().internalError(Scope.always().when(call -> keyArn.equals(call.keyId())));
 * }</pre>
 *
 * <p>A fault takes effect before the service looks at the request, except {@link #timeoutAfterCall}. Where several match a call, the one
 * made first decides and only that one counts the call. A client of {@link InMemoryKms} makes one attempt a call, so an injected error stands
 * for the outcome after the SDK's own retries. Thread-safe.
 */
public final class KmsFaults {
    private static final int TIMEOUT_MILLIS = 2000;

    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private volatile Consumer<KmsCall> listener = call -> {};

    KmsFaults() {}

    /** Answers with {@code ThrottlingException} (a {@code KmsException}, status 400), as the service does above its request quota. */
    public Fault throttle(Scope scope) {
        return add(scope, false, KmsErrors::throttling);
    }

    /** Answers with {@code KmsInternalException} (status 500): the service is there, and broken. */
    public Fault internalError(Scope scope) {
        return add(scope, false, KmsErrors::internal);
    }

    /** Answers with {@code DependencyTimeoutException} (status 500). */
    public Fault dependencyTimeout(Scope scope) {
        return add(scope, false, KmsErrors::dependencyTimeout);
    }

    /** Answers with {@code KeyUnavailableException} (status 500). */
    public Fault keyUnavailable(Scope scope) {
        return add(scope, false, KmsErrors::keyUnavailable);
    }

    /** Makes the service unreachable: an {@code SdkClientException} with a {@link ConnectException} as its cause, as from the SDK's clients. */
    public Fault unreachable(Scope scope) {
        return add(scope, false, caller -> {
            String message = "Connect to kms." + caller.region() + ".amazonaws.com:443 failed: Connection refused";
            return SdkClientException.create(
                    "Unable to execute HTTP request: " + message, new ConnectException(message));
        });
    }

    /** Throws {@code ApiCallTimeoutException} at once, without a wait; the service never saw the call. */
    public Fault timeout(Scope scope) {
        return add(scope, false, caller -> ApiCallTimeoutException.create(TIMEOUT_MILLIS));
    }

    /** Throws {@code ApiCallTimeoutException} at once after the service has done its work: only the answer was lost. */
    public Fault timeoutAfterCall(Scope scope) {
        return add(scope, true, caller -> ApiCallTimeoutException.create(TIMEOUT_MILLIS));
    }

    /** Throws what the supplier gives, a fresh one for each call. */
    public Fault fail(Scope scope, Supplier<? extends RuntimeException> exception) {
        requireNonNull(exception, "exception");
        return add(scope, false, caller -> requireNonNull(exception.get(), "the supplied exception"));
    }

    /**
     * Runs {@code listener} at the start of every call, in the calling thread and before any fault: to move a test's clock on by the latency of
     * a call, to hold calls at a latch, or to note them. It replaces the one before; what it throws reaches the caller.
     */
    public void onEachCall(Consumer<KmsCall> listener) {
        this.listener = requireNonNull(listener, "listener");
    }

    /** Ends every fault and takes the listener away. */
    public void clear() {
        faults.clear();
        listener = call -> {};
    }

    /** Tells the listener, and returns the fault that this call meets, if any. */
    @Nullable
    Fault next(KmsCall call) {
        listener.accept(call);
        for (Fault fault : faults) {
            if (fault.claim(call)) {
                return fault;
            }
        }
        return null;
    }

    private Fault add(Scope scope, boolean afterCall, Function<Caller, RuntimeException> exception) {
        Fault fault = new Fault(this, requireNonNull(scope, "scope"), afterCall, exception);
        faults.add(fault);
        return fault;
    }

    /** Which calls a fault hits: how many of them, of which operations, under which condition. Immutable. */
    public static final class Scope {
        private final long calls;
        private final Predicate<KmsCall> condition;

        private Scope(long calls, Predicate<KmsCall> condition) {
            this.calls = calls;
            this.condition = condition;
        }

        /** Every call, until the fault is closed or {@link KmsFaults#clear()} is called. */
        public static Scope always() {
            return new Scope(Long.MAX_VALUE, call -> true);
        }

        /**
         * The next calls that also meet the other conditions of this scope.
         *
         * @param calls how many, at least 1
         * @throws IllegalArgumentException if {@code calls} is less than 1
         */
        public static Scope next(int calls) {
            if (calls < 1) {
                throw new IllegalArgumentException("calls is " + calls + "; it must be at least 1");
            }
            return new Scope(calls, call -> true);
        }

        /**
         * The same scope for these operations only.
         *
         * @param operations names such as {@code Decrypt}, or prefixes such as {@code GenerateDataKey*}; at least one
         * @throws IllegalArgumentException if there is none, or one matches no operation of {@link InMemoryKms}
         */
        public Scope on(String... operations) {
            if (operations.length == 0) {
                throw new IllegalArgumentException("operations is empty; name at least one");
            }
            Predicate<String> names = Operations.matching(operations);
            return when(call -> names.test(call.operation()));
        }

        /** The same scope for calls that meet this condition as well. The condition may be asked from several threads at once. */
        public Scope when(Predicate<KmsCall> condition) {
            return new Scope(calls, this.condition.and(requireNonNull(condition, "condition")));
        }
    }

    /** One injected fault: a handle to end it and to see how often it struck. Thread-safe. */
    public static final class Fault implements AutoCloseable {
        private final KmsFaults owner;
        private final Scope scope;
        private final boolean afterCall;
        private final Function<Caller, RuntimeException> exception;
        private final AtomicLong hits = new AtomicLong();

        private Fault(KmsFaults owner, Scope scope, boolean afterCall, Function<Caller, RuntimeException> exception) {
            this.owner = owner;
            this.scope = scope;
            this.afterCall = afterCall;
            this.exception = exception;
        }

        /** The number of calls that this fault has struck. */
        public long hits() {
            return hits.get();
        }

        /** Ends this fault. Closing it again, or after it has run out, does nothing. */
        @Override
        public void close() {
            owner.faults.remove(this);
        }

        boolean afterCall() {
            return afterCall;
        }

        RuntimeException exception(Caller caller) {
            return exception.apply(caller);
        }

        private boolean claim(KmsCall call) {
            if (!scope.condition.test(call)) {
                return false;
            }
            long before = hits.getAndUpdate(count -> Math.min(count + 1, scope.calls));
            if (before + 1 >= scope.calls) {
                close();
            }
            return before < scope.calls;
        }
    }
}
