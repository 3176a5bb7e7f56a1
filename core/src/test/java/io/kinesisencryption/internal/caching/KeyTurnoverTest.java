// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.caching.KeyCacheOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyTurnoverTest {
    /** Real threads: what one reports while another discards must still be told in its order, once. */
    @Test
    void underContentionEachKeyIsInstalledAndThenRetiredOnceEach() throws Exception {
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        KeyCacheEvents events = new KeyCacheEvents() {
            @Override
            public void onKeyInstalled(KeyInstalled event) {
                told.add("+" + event.number());
            }

            @Override
            public void onKeyRetired(KeyRetired event) {
                told.add("-" + event.number());
            }
        };
        FakeKeyService kms = new FakeKeyService();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (KeyLoads loads =
                new KeyLoads(KeyCacheOptions.builder().loadsPerSecond(10_000).build())) {
            EncryptionKeys<String, FakeKey> keys = new EncryptionKeys<>(KeyCacheOptions.DEFAULTS, loads, kms, events);
            List<Callable<Void>> tasks = IntStream.range(0, 8)
                    .<Callable<Void>>mapToObj(task -> () -> {
                        for (int i = 0; i < 300; i++) {
                            keys.use("orders", 1, 1, (key, n) -> key.use(n, n), 1);
                            if (i % 3 == task % 3) {
                                keys.discardAll();
                            }
                        }
                        return null;
                    })
                    .toList();
            for (var done : threads.invokeAll(tasks)) {
                done.get();
            }
            keys.close();
        } finally {
            threads.shutdownNow();
        }

        Set<String> installed = new HashSet<>();
        assertThat(told).doesNotHaveDuplicates();
        for (String event : told) {
            if (event.startsWith("+")) {
                installed.add(event.substring(1));
            } else {
                assertThat(installed.remove(event.substring(1))).as(event).isTrue();
            }
        }
        assertThat(installed).isEmpty();
    }
}
