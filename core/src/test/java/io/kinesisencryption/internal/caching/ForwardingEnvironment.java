// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import java.util.concurrent.CompletableFuture;

/** Another environment, for tests that change one thing of it. */
public class ForwardingEnvironment implements CacheEnvironment {
    private final CacheEnvironment other;

    public ForwardingEnvironment(CacheEnvironment other) {
        this.other = other;
    }

    @Override
    public long nanoTime() {
        return other.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return other.currentTimeMillis();
    }

    @Override
    public double random() {
        return other.random();
    }

    @Override
    public void execute(Runnable task) {
        other.execute(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        other.schedule(task, delayNanos);
    }

    @Override
    public boolean await(CompletableFuture<?> future, long timeoutNanos) throws InterruptedException {
        return other.await(future, timeoutNanos);
    }

    @Override
    public void close() {
        other.close();
    }
}
