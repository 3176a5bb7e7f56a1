// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A sink that keeps what it gets, after it has thrown what a test wants. Thread-safe. */
final class RecordingSink implements DeadLetterSink {
    private final List<DeadLetter> letters = new ArrayList<>();
    private final Deque<Throwable> troubles = new ArrayDeque<>();
    private Runnable onPut = () -> {};

    /** Throws each of these once, and then works. */
    RecordingSink failing(Throwable... first) {
        troubles.addAll(List.of(first));
        return this;
    }

    RecordingSink onPut(Runnable action) {
        onPut = action;
        return this;
    }

    @Override
    public synchronized void put(DeadLetter letter) throws Exception {
        onPut.run();
        Throwable trouble = troubles.poll();
        if (trouble instanceof Error error) {
            throw error;
        }
        if (trouble != null) {
            throw (Exception) trouble;
        }
        letters.add(letter);
    }

    synchronized List<DeadLetter> letters() {
        return List.copyOf(letters);
    }

    synchronized List<String> sequenceNumbers() {
        return letters.stream().map(letter -> letter.origin().sequenceNumber()).toList();
    }
}
