// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.InjectedFault;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DependencyTimeoutException;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.KeyUnavailableException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInternalException;

class KmsFaultsTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final Faults<KmsFault> faults = kms.faults();
    private final String keyArn = kms.createKey();
    private final KmsClient client = kms.client();

    @Test
    void theNextCallsAreThrottledAndThoseAfterNot() {
        InjectedFault fault =
                faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(2));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::describe).isInstanceOfSatisfying(KmsException.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
                assertThat(e.statusCode()).isEqualTo(400);
                assertThat(e.isThrottlingException()).isTrue();
                assertThat(e.requestId()).isNotEmpty();
            });
        }
        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThat(fault.hitCount()).isEqualTo(2);
        assertThat(fault.isActive()).isFalse();
    }

    @Test
    void aFaultWithoutALimitLastsUntilItIsCleared() {
        InjectedFault fault = faults.inject(KmsFault.internalFailure(KmsFault.ANY_OPERATION));
        assertThatThrownBy(this::describe)
                .isInstanceOfSatisfying(
                        KmsInternalException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(500));
        assertThatThrownBy(this::describe).isInstanceOf(KmsInternalException.class);

        fault.clear();
        assertThatCode(this::describe).doesNotThrowAnyException();
    }

    @Test
    void aFaultHitsItsOperationsOnlyAndTheOthersAreNotCounted() {
        InjectedFault fault =
                faults.inject(KmsFault.keyUnavailable("GenerateDataKey*").times(1));

        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThatThrownBy(this::generate).isInstanceOf(KeyUnavailableException.class);
        assertThatCode(this::generate).doesNotThrowAnyException();
        assertThat(fault.hitCount()).isEqualTo(1);
    }

    @Test
    void aConditionSeesTheCall() {
        faults.inject(KmsFault.dependencyTimeout(KmsFault.ANY_OPERATION)
                .when(call -> call.principal().equals("reader"))
                .when(call -> call.encryptionContext().equals(Map.of("a", "b"))));

        assertThatCode(this::generate).doesNotThrowAnyException();
        assertThatCode(() -> kms.client("reader")
                        .generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> kms.client("reader")
                        .generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32).encryptionContext(Map.of("a", "b"))))
                .isInstanceOf(DependencyTimeoutException.class);
    }

    @Test
    void anUnreachableServiceIsAClientExceptionWithAConnectException() {
        faults.inject(KmsFault.unreachable(KmsFault.ANY_OPERATION).times(1));

        assertThatThrownBy(this::describe)
                .isExactlyInstanceOf(SdkClientException.class)
                .hasMessageContaining("Unable to execute HTTP request")
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void aTimeoutComesWithOrWithoutTheCallHavingHappened() {
        faults.inject(KmsFault.timeout(KmsFault.ANY_OPERATION).times(1));
        assertThatThrownBy(() -> client.disableKey(r -> r.keyId(keyArn))).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(describe().keyMetadata().enabled()).isTrue();

        faults.inject(KmsFault.timeout(KmsFault.ANY_OPERATION).afterSuccess().times(1));
        assertThatThrownBy(() -> client.disableKey(r -> r.keyId(keyArn))).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(describe().keyMetadata().enabled()).isFalse();
    }

    @Test
    void aTimeoutAfterTheCallDoesNotHideWhatTheServiceAnswersWithAnError() {
        kms.disableKey(keyArn);
        faults.inject(KmsFault.timeout(KmsFault.ANY_OPERATION).afterSuccess().times(1));

        assertThatThrownBy(this::generate).isInstanceOf(KmsException.class);
    }

    @Test
    void anExceptionOfOnesOwnIsThrownAsItIs() {
        IllegalStateException own = new IllegalStateException("own");
        faults.inject(KmsFault.exception("DescribeKey", () -> own).times(1));

        assertThatThrownBy(this::describe).isSameAs(own);
    }

    @Test
    void theFirstFaultThatMatchesDecidesAndTheNextWaits() {
        InjectedFault first =
                faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(1));
        InjectedFault second =
                faults.inject(KmsFault.internalFailure(KmsFault.ANY_OPERATION).times(1));

        assertThat(catchThrowable(this::describe)).isNotInstanceOf(KmsInternalException.class);
        assertThat(second.hitCount()).isZero();
        assertThatThrownBy(this::describe).isInstanceOf(KmsInternalException.class);
        assertThat(first.hitCount()).isEqualTo(1);
    }

    @Test
    void theListenerRunsInEveryCallBeforeItsFault() {
        List<KmsCall> seen = new ArrayList<>();
        kms.onEachCall(seen::add);
        faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(1));

        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);
        generate();

        assertThat(seen)
                .containsExactly(
                        new KmsCall("DescribeKey", "default", "us-east-1", keyArn, Map.of()),
                        new KmsCall("GenerateDataKey", "default", "us-east-1", keyArn, Map.of()));
    }

    @Test
    void clearTakesBackEveryFaultButNeitherTheCountsNorTheListener() {
        AtomicInteger seen = new AtomicInteger();
        kms.onEachCall(call -> seen.incrementAndGet());
        InjectedFault throttled = faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION));
        faults.inject(KmsFault.internalFailure("DescribeKey"));
        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);

        faults.clear();

        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThat(throttled.isActive()).isFalse();
        assertThat(faults.hitCount()).isEqualTo(1);
        assertThat(seen).hasValue(2);
    }

    @Test
    void aListenerIsReplacedByTheNext() {
        AtomicInteger seen = new AtomicInteger();
        kms.onEachCall(call -> seen.incrementAndGet());
        describe();
        kms.onEachCall(call -> {});
        describe();

        assertThat(seen).hasValue(1);
    }

    @Test
    void callsAreCountedHoweverTheyEnd() {
        faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(1));
        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);
        describe();
        kms.client("reader").generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32));

        assertThat(kms.callCount("DescribeKey")).isEqualTo(2);
        assertThat(kms.callCount("Decrypt")).isZero();
        assertThat(kms.calls()).isEqualTo(Map.of("DescribeKey", 2L, "GenerateDataKey", 1L));
        kms.resetCalls();
        assertThat(kms.calls()).isEmpty();
    }

    @Test
    void faultsThatCannotBeMeantAreRefusedAtOnce() {
        assertThatThrownBy(() -> KmsFault.throttled("decrypt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"decrypt\"")
                .hasMessageContaining("Decrypt");
        assertThatThrownBy(() -> KmsFault.throttled("Put*")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KmsFault.throttled("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KmsFault.throttled("Decrypt").times(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("calls is 0");
        assertThatThrownBy(() -> kms.callCount("decrypt")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void concurrentCallsMeetALimitedFaultExactlyAsOftenAsItSays() throws Exception {
        int threads = 8;
        int callsPerThread = 500;
        InjectedFault fault =
                faults.inject(KmsFault.throttled(KmsFault.ANY_OPERATION).times(1000));
        Callable<Integer> caller = () -> {
            int failed = 0;
            for (int i = 0; i < callsPerThread; i++) {
                if (catchThrowable(this::generate) != null) {
                    failed++;
                }
            }
            return failed;
        };
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            int failed = 0;
            for (Future<Integer> result : executor.invokeAll(Collections.nCopies(threads, caller))) {
                failed += result.get();
            }
            assertThat(failed).isEqualTo(1000);
        } finally {
            executor.shutdownNow();
        }
        assertThat(fault.hitCount()).isEqualTo(1000);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo((long) threads * callsPerThread);
    }

    @Test
    void oneValueMayBeInjectedTwiceAndIsCountedApart() {
        KmsFault once = KmsFault.throttled("DescribeKey").times(1);
        InjectedFault first = faults.inject(once);
        InjectedFault second = faults.inject(once);

        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);
        assertThat(first.hitCount()).isEqualTo(1);
        assertThat(second.hitCount()).isZero();
        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);
        assertThatCode(this::describe).doesNotThrowAnyException();
    }

    @Test
    void aFaultSaysWhatItIs() {
        KmsFault fault = KmsFault.throttled("Decrypt").afterSuccess().times(2);

        assertThat(fault)
                .hasToString(
                        "KmsFault[operation=Decrypt, effect=call fails with ThrottlingException, times=2, afterSuccess]");
        assertThat(faults.inject(fault)).hasToString("InjectedFault[" + fault + ", hitCount=0, active=true]");
    }

    private DescribeKeyResponse describe() {
        return client.describeKey(r -> r.keyId(keyArn));
    }

    private void generate() {
        client.generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32));
    }
}
