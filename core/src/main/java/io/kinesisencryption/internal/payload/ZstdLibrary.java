// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import org.jspecify.annotations.Nullable;

/**
 * Whether {@value #ARTIFACT}, an optional dependency, can be used here: whoever does not compress need not have it, and whoever lacks it gets a
 * sentence instead of a {@link NoClassDefFoundError}. Names no type of the library, so that this class loads without it.
 */
final class ZstdLibrary {
    static final String ARTIFACT = "com.github.luben:zstd-jni";

    private ZstdLibrary() {}

    /**
     * Why the library cannot be used here. The first call loads its native code.
     *
     * @return a sentence that says what to do, or null if it can be used
     */
    static @Nullable String problem() {
        return Probe.PROBLEM;
    }

    private static final class Probe {
        static final @Nullable String PROBLEM = probe();

        private static @Nullable String probe() {
            try {
                return ZstdNative.works() ? null : "%s does not work here".formatted(ARTIFACT);
            } catch (NoClassDefFoundError e) {
                return "%s is not on the class path; add that artifact, which is an optional dependency"
                        .formatted(ARTIFACT);
            } catch (LinkageError | RuntimeException e) {
                return "%s is on the class path, but its native code does not load here: %s"
                        .formatted(ARTIFACT, e.getMessage());
            }
        }
    }
}
