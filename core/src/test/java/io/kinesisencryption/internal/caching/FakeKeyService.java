// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.TransientKeyException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A key service that does what a test tells it, and remembers what it was asked. */
final class FakeKeyService implements KeyLoader<String, FakeKey> {
    final List<FakeKey> keys = Collections.synchronizedList(new ArrayList<>());
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    private volatile Consumer<String> behaviour = identity -> {};

    /** Called for each load before it succeeds. What it throws is the load's failure. */
    void behave(Consumer<String> newBehaviour) {
        behaviour = newBehaviour;
    }

    void work() {
        behave(identity -> {});
    }

    void failTransiently() {
        behave(identity -> {
            throw new TransientKeyException("KMS is throttling", null);
        });
    }

    void deny() {
        behave(identity -> {
            throw new PermanentKeyException(ErrorCode.KEY_DENIED, "KMS denied it", null);
        });
    }

    static void refuseGarbage(String identity) {
        if (identity.startsWith("garbage")) {
            throw new AuthenticationFailedException("KMS found an invalid ciphertext", null);
        }
    }

    int loads() {
        return asked.size();
    }

    FakeKey last() {
        return keys.get(keys.size() - 1);
    }

    long undestroyed() {
        return keys.stream().filter(key -> !key.isDestroyed()).count();
    }

    @Override
    public FakeKey load(String identity) {
        asked.add(identity);
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            behaviour.accept(identity);
            FakeKey key = new FakeKey(identity, keys.size());
            keys.add(key);
            return key;
        } finally {
            running.decrementAndGet();
        }
    }
}
