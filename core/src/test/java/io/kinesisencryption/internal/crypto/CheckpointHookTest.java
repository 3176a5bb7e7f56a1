// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.CracApi;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointHookTest {
    @TempDir
    Path folder;

    /** A class path on which org.crac can be driven on any JDK. */
    private URLClassLoader compiled(Map<String, String> sources) throws Exception {
        CracApi.compile(sources, folder);
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
    }

    @Test
    void runsBeforeACheckpointAndAfterARestore() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (URLClassLoader loader = compiled(CracApi.SOURCES)) {
            CheckpointHook hook = CheckpointHook.register(runs::incrementAndGet, loader);
            assertThat(hook.isRegistered()).isTrue();

            CracApi.tell("beforeCheckpoint", loader);
            assertThat(runs).hasValue(1);
            CracApi.tell("afterRestore", loader);
            assertThat(runs).hasValue(2);
            assertThat(hook.isRegistered()).as("kept until here").isTrue();
        }
    }

    @Test
    void withoutTheApiItDoesNothing() {
        assertThat(CheckpointHook.register(() -> {}).isRegistered()).isFalse();
    }

    @Test
    void anApiOfAnotherShapeIsLeftAlone() throws Exception {
        try (URLClassLoader loader = compiled(Map.of("Core", "public class Core {}"))) {
            assertThat(CheckpointHook.register(() -> {}, loader).isRegistered()).isFalse();
        }
    }
}
