// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which calls a fault hits: of which operations, under which condition, how many of them, and before or after they take effect. Immutable:
 * every modifier returns a new value.
 *
 * @param <C> what a condition sees of a call
 */
public final class FaultScope<C> {
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final String operation;
    private final Predicate<String> names;
    private final Predicate<? super C> condition;
    private final long calls;
    private final boolean afterSuccess;

    private FaultScope(
            String operation,
            Predicate<String> names,
            Predicate<? super C> condition,
            long calls,
            boolean afterSuccess) {
        this.operation = operation;
        this.names = names;
        this.condition = condition;
        this.calls = calls;
        this.afterSuccess = afterSuccess;
    }

    /**
     * Every call of an operation, before it takes effect.
     *
     * @param <C> what a condition sees of a call
     * @param names the operations there are
     * @param operation a name, or a prefix that ends with an asterisk
     * @return the scope
     * @throws IllegalArgumentException if that matches no operation
     */
    public static <C> FaultScope<C> of(OperationNames names, String operation) {
        Objects.requireNonNull(operation, "operation");
        return new FaultScope<>(operation, names.matching(operation), call -> true, UNLIMITED, false);
    }

    /**
     * The same scope for the next calls only.
     *
     * @param calls how many matching calls, at least 1
     * @return a scope with that bound
     * @throws IllegalArgumentException if {@code calls} is less than 1
     */
    public FaultScope<C> times(int calls) {
        if (calls < 1) {
            throw new IllegalArgumentException("The number of calls is " + calls + "; it must be at least 1");
        }
        return new FaultScope<>(operation, names, condition, calls, afterSuccess);
    }

    /**
     * The same scope for calls that meet a condition as well.
     *
     * @param condition asked for each call of the operation, on the thread that handles the call
     * @return a scope with that condition
     */
    public FaultScope<C> when(Predicate<? super C> condition) {
        Objects.requireNonNull(condition, "condition");
        Predicate<? super C> earlier = this.condition;
        return new FaultScope<>(
                operation, names, call -> earlier.test(call) && condition.test(call), calls, afterSuccess);
    }

    /**
     * The same scope, after the call has taken effect.
     *
     * @return a scope that hides a success
     */
    public FaultScope<C> afterSuccess() {
        return new FaultScope<>(operation, names, condition, calls, true);
    }

    /**
     * Whether the call takes effect before the fault does.
     *
     * @return true if it does
     */
    public boolean isAfterSuccess() {
        return afterSuccess;
    }

    /**
     * The text of a fault with this scope.
     *
     * @param type the fault's type
     * @param effect what goes wrong
     * @return such as {@code KmsFault[operation=Decrypt, effect=throttled, times=3]}
     */
    public String describe(String type, Object effect) {
        return type + "[operation=" + operation + ", effect=" + effect + (calls == UNLIMITED ? "" : ", times=" + calls)
                + (afterSuccess ? ", afterSuccess" : "") + "]";
    }

    long calls() {
        return calls;
    }

    boolean matches(String called, C call) {
        return names.test(called) && condition.test(call);
    }
}
