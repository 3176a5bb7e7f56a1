// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.internal.ClientFailures;
import io.kinesisencryption.testkit.internal.FaultScope;
import io.kinesisencryption.testkit.internal.OperationNames;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * A description of one way in which the in-memory service misbehaves: what goes wrong, in which operation, for which requests
 * and how often. Immutable: every modifier returns a new value. It does nothing until it is {@linkplain Faults#inject
 * injected}; without {@link #times} it then applies to every matching call until it is cleared.
 *
 * <pre>{@code
 * kinesis.faults().inject(KinesisFault.throttled("PutRecords").times(3));
 * kinesis.faults().inject(KinesisFault.timeout("PutRecords").afterSuccess().times(1));
 * kinesis.faults().inject(KinesisFault.failFirstRecords(RecordError.INTERNAL_FAILURE, 10).times(1));
 * }</pre>
 *
 * <p>A call is hit by the first injected fault that fails it as a whole, before it is validated, and otherwise by every fault that
 * fails records of it, after validation; a record that several of them choose gets the error of the first.
 *
 * <p>Operations are named as in the API: {@code PutRecords}, {@code GetRecords}; a name that ends with an asterisk is a prefix, and
 * {@link #ANY_OPERATION} matches every one. A factory throws {@link IllegalArgumentException} for a name that matches no operation
 * of the in-memory service.
 */
public final class KinesisFault {
    /** Stands for every operation where an operation is named. */
    public static final String ANY_OPERATION = OperationNames.ANY;

    private final Effect effect;
    private final FaultScope<KinesisRequest> scope;

    private KinesisFault(Effect effect, FaultScope<KinesisRequest> scope) {
        this.effect = effect;
        this.scope = scope;
    }

    /**
     * The whole call is refused with {@code ProvisionedThroughputExceededException} (status 400).
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault throttled(String operation) {
        return answer(operation, ErrorCode.THROUGHPUT_EXCEEDED, "Rate exceeded for the stream's shards.");
    }

    /**
     * The whole call is refused with {@code LimitExceededException} (status 400), as control-plane operations are throttled.
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault limitExceeded(String operation) {
        return answer(operation, ErrorCode.LIMIT_EXCEEDED, "Rate exceeded for the account's calls.");
    }

    /**
     * The whole call fails with a {@code KinesisException} of code {@code InternalFailure} and status 500. With
     * {@link #afterSuccess()} the call has taken effect nevertheless.
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault internalFailure(String operation) {
        return answer(operation, ErrorCode.INTERNAL_FAILURE, "Internal service failure.");
    }

    /**
     * The whole call is refused with {@code AccessDeniedException} (status 400).
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault accessDenied(String operation) {
        return answer(
                operation,
                ErrorCode.ACCESS_DENIED,
                "The caller is not authorized to perform this operation because no identity-based policy allows it");
    }

    /**
     * The caller gets the SDK's {@code ApiCallTimeoutException}, an {@code SdkClientException}, at once: no time passes. With
     * {@link #afterSuccess()} the call has taken effect nevertheless, which is how a timeout loses an answer and leads to
     * duplicates.
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault timeout(String operation) {
        return call(operation, "a timeout", requestId -> ClientFailures.timeout());
    }

    /**
     * The service cannot be reached: the caller gets an {@code SdkClientException} with a {@code ConnectException} as its cause.
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @return the fault
     */
    public static KinesisFault unreachable(String operation) {
        return call(operation, "an unreachable service", requestId -> ClientFailures.unreachable());
    }

    /**
     * GetRecords answers {@code ExpiredIteratorException}, however young the iterator is.
     *
     * @return the fault
     */
    public static KinesisFault expiredIterator() {
        return answer(
                Operation.GET_RECORDS.apiName(),
                ErrorCode.EXPIRED_ITERATOR,
                "Iterator expired. It was created longer ago than the tolerated delay of "
                        + ShardIterators.LIFETIME.toMillis() + " milliseconds.");
    }

    /**
     * The whole call fails with an exception of the caller's own.
     *
     * @param operation an operation's API name, a prefix such as {@code Put*}, or {@link #ANY_OPERATION}
     * @param exception makes the exception, once per call that is hit
     * @return the fault
     */
    public static KinesisFault exception(String operation, Supplier<? extends RuntimeException> exception) {
        Objects.requireNonNull(exception, "exception");
        return call(
                operation,
                "an exception of the test's own",
                requestId -> Objects.requireNonNull(exception.get(), "the supplied exception"));
    }

    /**
     * The first records of a PutRecords request are answered with an error, the rest is stored.
     *
     * @param error the error code
     * @param count how many records from the front of the request, at least 1
     * @return the fault
     */
    public static KinesisFault failFirstRecords(RecordError error, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("The count of failing records is " + count + "; it must be at least 1");
        }
        return records(error, (index, entry, random) -> index < count);
    }

    /**
     * The chosen records of a PutRecords request are answered with an error, the rest is stored.
     *
     * @param error the error code
     * @param choice picks the records that fail; called once for each record of a call that is hit
     * @return the fault
     */
    public static KinesisFault failRecords(RecordError error, Predicate<? super PutRecordsRequestEntry> choice) {
        Objects.requireNonNull(choice, "choice");
        return records(error, (index, entry, random) -> choice.test(entry));
    }

    /**
     * Each record of a PutRecords request is answered with an error by chance, the rest is stored. The draws come from the
     * {@linkplain InMemoryKinesis.Builder#seed seed}.
     *
     * @param error the error code
     * @param probability of each record to fail, 0 to 1
     * @return the fault
     */
    public static KinesisFault failRecordsRandomly(RecordError error, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("The probability is " + probability + "; it must be 0 to 1");
        }
        return records(error, (index, entry, random) -> random.nextDouble() < probability);
    }

    /**
     * The same fault for the next calls only.
     *
     * @param calls how many matching calls are hit, at least 1
     * @return a fault with that bound
     * @throws IllegalArgumentException if {@code calls} is less than 1
     */
    public KinesisFault times(int calls) {
        return new KinesisFault(effect, scope.times(calls));
    }

    /**
     * The same fault for requests that meet a condition; with an earlier condition, both must hold.
     *
     * @param condition called with each request of the operation, on the thread that handles the call
     * @return a fault with that condition
     */
    public KinesisFault when(Predicate<? super KinesisRequest> condition) {
        return new KinesisFault(effect, scope.when(condition));
    }

    /**
     * The same fault, but what was asked for happens first: records are stored although the caller is told that they were not. A
     * call that fails by itself fails with its own error. On SubscribeToShard the subscription starts, and breaks after its
     * first event.
     *
     * @return a fault that hides a success
     */
    public KinesisFault afterSuccess() {
        return new KinesisFault(effect, scope.afterSuccess());
    }

    private static KinesisFault answer(String operation, ErrorCode code, String text) {
        return call(operation, code.code(), requestId -> new ServiceError(code, text).toException(requestId));
    }

    private static KinesisFault call(String operation, String what, ExceptionMaker maker) {
        return new KinesisFault(new CallFails(what, maker), FaultScope.of(Operation.NAMES, operation));
    }

    private static KinesisFault records(RecordError error, RecordChoice choice) {
        return new KinesisFault(
                new RecordsFail(Objects.requireNonNull(error, "error"), choice),
                FaultScope.of(Operation.NAMES, Operation.PUT_RECORDS.apiName()));
    }

    FaultScope<KinesisRequest> scope() {
        return scope;
    }

    Effect effect() {
        return effect;
    }

    boolean isAfterSuccess() {
        return scope.isAfterSuccess();
    }

    @Override
    public String toString() {
        return scope.describe("KinesisFault", effect);
    }

    /** What goes wrong. */
    sealed interface Effect permits CallFails, RecordsFail {}

    /** The call throws. */
    record CallFails(String what, ExceptionMaker maker) implements Effect {
        @Override
        public String toString() {
            return "call fails with " + what;
        }
    }

    /** Records of a PutRecords request are answered with an error. */
    record RecordsFail(RecordError error, RecordChoice choice) implements Effect {
        @Override
        public String toString() {
            return "records fail with " + error;
        }
    }

    @FunctionalInterface
    interface ExceptionMaker {
        RuntimeException make(String requestId);
    }

    @FunctionalInterface
    interface RecordChoice {
        boolean fails(int index, PutRecordsRequestEntry entry, SharedRandom random);
    }
}
