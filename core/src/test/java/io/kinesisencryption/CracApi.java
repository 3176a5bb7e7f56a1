// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.ToolProvider;

/** Stands for the API org.crac: its shape as its documentation gives it, compiled where a test wants it, which any JDK can drive. */
public final class CracApi {
    /** The sources by the names of their classes. As in the real one, the global context holds what is registered weakly. */
    public static final Map<String, String> SOURCES = Map.of("Resource", """
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

    private CracApi() {}

    /** Compiles sources of the package org.crac into a folder, for a class loader of the test's. */
    public static void compile(Map<String, String> sources, Path folder) throws IOException {
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
    }

    /** Tells the global context that a loader sees, and with it whatever is registered there, of a moment: the name of a resource's method. */
    public static void tell(String moment, ClassLoader loader) throws ReflectiveOperationException {
        Object global = Class.forName("org.crac.Core", true, loader)
                .getMethod("getGlobalContext")
                .invoke(null);
        Class.forName("org.crac.Resource", true, loader)
                .getMethod(moment, Class.forName("org.crac.Context", true, loader))
                .invoke(global, (Object) null);
    }
}
