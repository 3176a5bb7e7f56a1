// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kinesisencryption.testkit.kms.KmsFaults.Fault;
import io.kinesisencryption.testkit.kms.KmsFaults.Scope;
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
    private final KmsFaults faults = kms.faults();
    private final String keyArn = kms.createKey();
    private final KmsClient client = kms.client();

    @Test
    void theNextCallsAreThrottledAndThoseAfterNot() {
        Fault fault = faults.throttle(Scope.next(2));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::describe).isInstanceOfSatisfying(KmsException.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
                assertThat(e.statusCode()).isEqualTo(400);
                assertThat(e.isThrottlingException()).isTrue();
                assertThat(e.requestId()).isNotEmpty();
            });
        }
        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThat(fault.hits()).isEqualTo(2);
    }

    @Test
    void aFaultWithoutALimitLastsUntilItIsClosed() {
        Fault fault = faults.internalError(Scope.always());
        assertThatThrownBy(this::describe)
                .isInstanceOfSatisfying(
                        KmsInternalException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(500));
        assertThatThrownBy(this::describe).isInstanceOf(KmsInternalException.class);

        fault.close();
        assertThatCode(this::describe).doesNotThrowAnyException();
    }

    @Test
    void aFaultHitsItsOperationsOnlyAndTheOthersAreNotCounted() {
        Fault fault = faults.keyUnavailable(Scope.next(1).on("GenerateDataKey*"));

        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThatThrownBy(this::generate).isInstanceOf(KeyUnavailableException.class);
        assertThatCode(this::generate).doesNotThrowAnyException();
        assertThat(fault.hits()).isEqualTo(1);
    }

    @Test
    void aConditionSeesTheCall() {
        faults.dependencyTimeout(Scope.always()
                .when(call -> call.principal().equals("reader")
                        && call.encryptionContext().equals(Map.of("a", "b"))));

        assertThatCode(this::generate).doesNotThrowAnyException();
        assertThatThrownBy(() -> kms.client("reader")
                        .generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32).encryptionContext(Map.of("a", "b"))))
                .isInstanceOf(DependencyTimeoutException.class);
    }

    @Test
    void anUnreachableServiceIsAClientExceptionWithAConnectException() {
        faults.unreachable(Scope.next(1));

        assertThatThrownBy(this::describe)
                .isExactlyInstanceOf(SdkClientException.class)
                .hasMessageContaining("Unable to execute HTTP request")
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void aTimeoutComesWithOrWithoutTheCallHavingHappened() {
        faults.timeout(Scope.next(1));
        assertThatThrownBy(() -> client.disableKey(r -> r.keyId(keyArn))).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(describe().keyMetadata().enabled()).isTrue();

        faults.timeoutAfterCall(Scope.next(1));
        assertThatThrownBy(() -> client.disableKey(r -> r.keyId(keyArn))).isInstanceOf(ApiCallTimeoutException.class);
        assertThat(describe().keyMetadata().enabled()).isFalse();
    }

    @Test
    void aTimeoutAfterTheCallDoesNotHideWhatTheServiceAnswersWithAnError() {
        kms.disableKey(keyArn);
        faults.timeoutAfterCall(Scope.next(1));

        assertThatThrownBy(this::generate).isInstanceOf(KmsException.class);
    }

    @Test
    void anExceptionOfOnesOwnIsThrownAsItIs() {
        IllegalStateException own = new IllegalStateException("own");
        faults.fail(Scope.next(1).on("DescribeKey"), () -> own);

        assertThatThrownBy(this::describe).isSameAs(own);
    }

    @Test
    void theFirstFaultThatMatchesDecidesAndTheNextWaits() {
        Fault first = faults.throttle(Scope.next(1));
        Fault second = faults.internalError(Scope.next(1));

        assertThat(catchThrowable(this::describe)).isNotInstanceOf(KmsInternalException.class);
        assertThat(second.hits()).isZero();
        assertThatThrownBy(this::describe).isInstanceOf(KmsInternalException.class);
        assertThat(first.hits()).isEqualTo(1);
    }

    @Test
    void theListenerRunsInEveryCallBeforeItsFault() {
        List<KmsCall> seen = new ArrayList<>();
        faults.onEachCall(seen::add);
        faults.throttle(Scope.next(1));

        assertThatThrownBy(this::describe).isInstanceOf(KmsException.class);
        generate();

        assertThat(seen)
                .containsExactly(
                        new KmsCall("DescribeKey", "default", "us-east-1", keyArn, Map.of()),
                        new KmsCall("GenerateDataKey", "default", "us-east-1", keyArn, Map.of()));
    }

    @Test
    void clearEndsFaultsAndListener() {
        AtomicInteger seen = new AtomicInteger();
        faults.onEachCall(call -> seen.incrementAndGet());
        faults.throttle(Scope.always());
        faults.clear();

        assertThatCode(this::describe).doesNotThrowAnyException();
        assertThat(seen).hasValue(0);
    }

    @Test
    void callsAreCountedHoweverTheyEnd() {
        faults.throttle(Scope.next(1));
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
    void misspeltOperationsAndEmptyScopesAreRefused() {
        assertThatThrownBy(() -> Scope.always().on("decrypt")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Scope.always().on()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Scope.next(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("calls is 0");
        assertThatThrownBy(() -> kms.callCount("decrypt")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void concurrentCallsMeetALimitedFaultExactlyAsOftenAsItSays() throws Exception {
        int threads = 8;
        int callsPerThread = 500;
        Fault fault = faults.throttle(Scope.next(1000));
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
        assertThat(fault.hits()).isEqualTo(1000);
        assertThat(kms.callCount("GenerateDataKey")).isEqualTo((long) threads * callsPerThread);
    }

    private DescribeKeyResponse describe() {
        return client.describeKey(r -> r.keyId(keyArn));
    }

    private void generate() {
        client.generateDataKey(r -> r.keyId(keyArn).numberOfBytes(32));
    }
}
