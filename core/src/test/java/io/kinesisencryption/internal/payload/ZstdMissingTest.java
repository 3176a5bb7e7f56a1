// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An application that never asked for compression, and so has no zstd library, meets a compressed record. */
class ZstdMissingTest {
    private static final String PACKAGE = "io.kinesisencryption.internal.payload.";

    /** Loads this package anew, and nothing of the library; the errors are shared, so that their types can be compared. */
    private final URLClassLoader without =
            new URLClassLoader(
                    new URL[] {
                        ZstdDecompressor.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                    },
                    ZstdMissingTest.class.getClassLoader()) {
                @Override
                protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                    if (name.startsWith("com.github.luben.zstd.")) {
                        throw new ClassNotFoundException(name);
                    }
                    if (name.startsWith(PACKAGE)) {
                        synchronized (getClassLoadingLock(name)) {
                            Class<?> loaded = findLoadedClass(name);
                            return loaded == null ? findClass(name) : loaded;
                        }
                    }
                    return super.loadClass(name, resolve);
                }
            };

    @AfterEach
    void close() throws IOException {
        without.close();
    }

    private Object decompress(byte[] frame) throws Throwable {
        Class<?> type = without.loadClass(PACKAGE + "ZstdDecompressor");
        assertThat(type).isNotSameAs(ZstdDecompressor.class);
        Object decompressor = type.getConstructor().newInstance();
        try {
            return type.getMethod("decompress", byte[].class).invoke(decompressor, (Object) frame);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Test
    void aCompressedRecordIsHeldWithAnErrorThatNamesTheArtifact() {
        byte[] frame = new ZstdCompressor().compress(new byte[100]);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> decompress(frame))
                    .isInstanceOfSatisfying(UnsupportedEnvelopeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.COMPRESSION_UNAVAILABLE);
                        assertThat(e.failureClass()).isEqualTo(FailureClass.PERMANENT_KEY);
                    })
                    .hasMessageContaining("com.github.luben:zstd-jni is not on the class path");
        }
    }

    @Test
    void compressionCannotBeAskedFor() throws ReflectiveOperationException {
        Class<?> type = without.loadClass(PACKAGE + "ZstdCompressor");

        assertThatThrownBy(() -> type.getConstructor().newInstance())
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("com.github.luben:zstd-jni is not on the class path");
    }
}
