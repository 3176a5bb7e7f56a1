// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.TransientKeyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedCallsTest {
    private final SimulatedEnvironment environment = new SimulatedEnvironment(4).withoutJitter();
    private final KeyLoads loads = new KeyLoads(
            KeyCacheOptions.builder().maxWait(Duration.ofSeconds(10)).build(), environment);
    private final SharedCalls calls = new SharedCalls(loads);
    private final AtomicInteger made = new AtomicInteger();

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void thoseWhoAskForOneThingShareOneCallAndAnotherThingHasItsOwn() {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(calls.begin("this", made::incrementAndGet));
        }
        answers.add(calls.begin("that", made::incrementAndGet));
        environment.advance(Duration.ofSeconds(1));

        assertThat(answers).allMatch(answer -> answer.isDone() && !answer.isCompletedExceptionally());
        assertThat(made).hasValue(2);
        assertThat(calls.underWay()).isZero();
    }

    @Test
    void aCallThatNeverEndsIsAnsweredInTimeAndNotBegunAgain() {
        CompletableFuture<Void> answer = calls.begin("this", () -> {
            made.incrementAndGet();
            environment.advance(Duration.ofDays(1));
        });
        environment.advance(Duration.ofSeconds(9));
        assertThat(answer).isNotDone();
        environment.advance(Duration.ofSeconds(2));

        assertThatThrownBy(answer::join)
                .hasCauseInstanceOf(TransientKeyException.class)
                .hasMessageContaining("this was not had within PT10S (maxWait)");
        assertThat(calls.begin("this", made::incrementAndGet)).isCompletedExceptionally();
        assertThat(made).hasValue(1);
    }

    @Test
    void eachWhoWaitsGetsAnExceptionOfItsOwn() {
        CompletableFuture<Void> one = calls.begin("this", () -> {
            throw new TransientKeyException("not now", null);
        });
        CompletableFuture<Void> other = calls.begin("this", () -> {});
        environment.advance(Duration.ofSeconds(1));

        List<Throwable> causes = new ArrayList<>();
        for (CompletableFuture<Void> answer : List.of(one, other)) {
            assertThatThrownBy(answer::join).satisfies(thrown -> causes.add(thrown.getCause()));
        }
        assertThat(causes)
                .hasSize(2)
                .allSatisfy(cause -> assertThat(cause)
                        .isInstanceOf(TransientKeyException.class)
                        .hasMessage("not now"));
        assertThat(causes.get(0)).isNotSameAs(causes.get(1));
    }

    @Test
    void afterTheLoadsAreClosedACallIsRefused() {
        loads.close();

        assertThatThrownBy(calls.begin("this", made::incrementAndGet)::join)
                .hasCauseInstanceOf(TransientKeyException.class)
                .hasMessageContaining("this could not be had: ");
        assertThat(made).hasValue(0);
        assertThat(calls.underWay()).isZero();
    }
}
