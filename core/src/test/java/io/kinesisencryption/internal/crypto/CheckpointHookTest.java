// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointHookTest {
    private static final Map<String, String> API = Map.of("Resource", """
            public interface Resource {
                void beforeCheckpoint(Context<? extends Resource> context) throws Exception;
                void afterRestore(Context<? extends Resource> context) throws Exception;
            }""", "Context", """
            public abstract class Context<R extends Resource> implements Resource {
                public abstract void register(R resource);
            }""", "Core", """
            public class Core {
                private static final Context<Resource> GLOBAL = new Context<>() {
                    private final java.util.Set<Resource> resources =
                            java.util.Collections.newSetFromMap(new java.util.WeakHashMap<>());
                    public void register(Resource resource) { resources.add(resource); }
                    public void beforeCheckpoint(Context<? extends Resource> c) throws Exception {
                        for (Resource resource : resources) resource.beforeCheckpoint(this);
                    }
                    public void afterRestore(Context<? extends Resource> c) throws Exception {
                        for (Resource resource : resources) resource.afterRestore(this);
                    }
                };
                public static Context<Resource> getGlobalContext() { return GLOBAL; }
            }""");

    @TempDir
    Path folder;

    /** A class path on which org.crac has the API's shape, as its documentation gives it, and can be driven on any JDK. */
    private URLClassLoader compiled(Map<String, String> sources) throws Exception {
        Path packageFolder = Files.createDirectories(folder.resolve("org/crac"));
        String[] files = new String[sources.size()];
        int i = 0;
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = packageFolder.resolve(source.getKey() + ".java");
            Files.writeString(file, "package org.crac;\n" + source.getValue());
            files[i++] = file.toString();
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, files))
                .isZero();
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
    }

    @Test
    void runsBeforeACheckpointAndAfterARestore() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (URLClassLoader loader = compiled(API)) {
            CheckpointHook hook = CheckpointHook.register(runs::incrementAndGet, loader);
            assertThat(hook.isRegistered()).isTrue();
            Class<?> context = Class.forName("org.crac.Context", true, loader);
            Object global = Class.forName("org.crac.Core", true, loader)
                    .getMethod("getGlobalContext")
                    .invoke(null);
            Class<?> resource = Class.forName("org.crac.Resource", true, loader);

            resource.getMethod("beforeCheckpoint", context).invoke(global, (Object) null);
            assertThat(runs).hasValue(1);
            resource.getMethod("afterRestore", context).invoke(global, (Object) null);
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
