// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.internal.ClientFailures;
import io.kinesisencryption.testkit.internal.FaultScope;
import io.kinesisencryption.testkit.internal.OperationNames;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A description of one way in which the in-memory service misbehaves: what goes wrong, in which operation, for which calls and how often.
 * Immutable: every modifier returns a new value. It does nothing until it is {@linkplain Faults#inject injected}; without {@link #times} it
 * then applies to every matching call until it is cleared.
 *
 * <pre>{@code
 * kms.faults().inject(KmsFault.throttled("Decrypt").times(3));
 * kms.faults().inject(KmsFault.timeout("GenerateDataKey").afterSuccess().times(1));
 * kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION).when(call -> keyArn.equals(call.keyId())));
 * }</pre>
 *
 * <p>A call is hit by the first injected fault that matches it, before the service looks at the request ({@link #afterSuccess} apart). What
 * the service itself refuses, a disabled key or a missing permission, is no fault but the state of {@link InMemoryKms}: see
 * {@link InMemoryKms#disableKey} and {@link InMemoryKms#deny}.
 *
 * <p>Operations are named as in the API: {@code Decrypt}, {@code GenerateDataKey}; a name that ends with an asterisk is a prefix, and
 * {@link #ANY_OPERATION} matches every one. A factory throws {@link IllegalArgumentException} for a name that matches no operation of the
 * in-memory service.
 */
public final class KmsFault {
    /** Stands for every operation where an operation is named. */
    public static final String ANY_OPERATION = OperationNames.ANY;

    private final String effect;
    private final Function<Caller, RuntimeException> exception;
    private final FaultScope<KmsCall> scope;

    private KmsFault(String effect, Function<Caller, RuntimeException> exception, FaultScope<KmsCall> scope) {
        this.effect = effect;
        this.exception = exception;
        this.scope = scope;
    }

    /**
     * The call is refused with {@code ThrottlingException} (a {@code KmsException}, status 400), as the service does above its request quota.
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault throttled(String operation) {
        return call(operation, "ThrottlingException", KmsErrors::throttling);
    }

    /**
     * The call fails with {@code KmsInternalException} (status 500): the service is there, and broken. With {@link #afterSuccess()} the call has
     * taken effect nevertheless.
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault internalFailure(String operation) {
        return call(operation, "KMSInternalException", KmsErrors::internal);
    }

    /**
     * The call fails with {@code DependencyTimeoutException} (status 500).
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault dependencyTimeout(String operation) {
        return call(operation, "DependencyTimeoutException", KmsErrors::dependencyTimeout);
    }

    /**
     * The call fails with {@code KeyUnavailableException} (status 500).
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault keyUnavailable(String operation) {
        return call(operation, "KeyUnavailableException", KmsErrors::keyUnavailable);
    }

    /**
     * The service cannot be reached: the caller gets an {@code SdkClientException} with a {@code ConnectException} as its cause.
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault unreachable(String operation) {
        return call(operation, "an unreachable service", caller -> ClientFailures.unreachable());
    }

    /**
     * The caller gets the SDK's {@code ApiCallTimeoutException}, an {@code SdkClientException}, at once: no time passes. With
     * {@link #afterSuccess()} the call has taken effect nevertheless and only its answer was lost.
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KmsFault timeout(String operation) {
        return call(operation, "a timeout", caller -> ClientFailures.timeout());
    }

    /**
     * The call fails with an exception of the caller's own.
     *
     * @param operation an operation's API name, a prefix such as {@code GenerateDataKey*}, or {@link #ANY_OPERATION}
     * @param exception makes the exception, once per call that is hit
     * @return the fault
     */
    public static KmsFault exception(String operation, Supplier<? extends RuntimeException> exception) {
        Objects.requireNonNull(exception, "exception");
        return call(
                operation,
                "an exception of the test's own",
                caller -> Objects.requireNonNull(exception.get(), "the supplied exception"));
    }

    /**
     * The same fault for the next calls only.
     *
     * @param calls how many matching calls are hit, at least 1
     * @return a fault with that bound
     * @throws IllegalArgumentException if {@code calls} is less than 1
     */
    public KmsFault times(int calls) {
        return new KmsFault(effect, exception, scope.times(calls));
    }

    /**
     * The same fault for calls that meet a condition; with an earlier condition, both must hold.
     *
     * @param condition called with each call of the operation, on the thread that makes the call
     * @return a fault with that condition
     */
    public KmsFault when(Predicate<? super KmsCall> condition) {
        return new KmsFault(effect, exception, scope.when(condition));
    }

    /**
     * The same fault, but what was asked for happens first: a key is disabled although the caller is told that it was not. A call that fails by
     * itself fails with its own error.
     *
     * @return a fault that hides a success
     */
    public KmsFault afterSuccess() {
        return new KmsFault(effect, exception, scope.afterSuccess());
    }

    private static KmsFault call(String operation, String what, Function<Caller, RuntimeException> exception) {
        return new KmsFault("call fails with " + what, exception, FaultScope.of(KmsOperations.NAMES, operation));
    }

    FaultScope<KmsCall> scope() {
        return scope;
    }

    boolean isAfterSuccess() {
        return scope.isAfterSuccess();
    }

    RuntimeException exception(Caller caller) {
        return exception.apply(caller);
    }

    @Override
    public String toString() {
        return scope.describe("KmsFault", effect);
    }
}
