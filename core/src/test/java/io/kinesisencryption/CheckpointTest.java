// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real owner where the API org.crac is on the class path: each scenario runs in a class loader that has both. */
class CheckpointTest {
    private static final List<String> MOMENTS = List.of("beforeCheckpoint", "afterRestore");

    @TempDir
    static Path folder;

    private URLClassLoader loader;

    /** Loads everything of this library anew, so that it finds the API; libraries are shared. */
    private static final class WithCrac extends URLClassLoader {
        WithCrac(URL... places) {
            super(places, CheckpointTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.kinesisencryption.") && !name.startsWith("org.crac.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    @BeforeEach
    void load() throws Exception {
        CracApi.compile(CracApi.SOURCES, folder);
        loader = new WithCrac(
                folder.toUri().toURL(),
                placeOf(KinesisEncryption.class),
                placeOf(CheckpointTest.class),
                placeOf(InMemoryKms.class));
    }

    @AfterEach
    void close() throws Exception {
        loader.close();
    }

    private static URL placeOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private void run(Class<? extends Callable<?>> scenario) throws Exception {
        Class<?> anew = loader.loadClass(scenario.getName());
        assertThat(anew).isNotSameAs(scenario);
        ((Callable<?>) anew.getDeclaredConstructor().newInstance()).call();
    }

    @Test
    void dataKeysOfBothFormatsAndBothSidesAreDroppedBeforeACheckpointAndAfterARestore() throws Exception {
        run(DroppedKeys.class);
    }

    @Test
    void aClosedOwnerDisturbsNoCheckpointAndIsNotHeld() throws Exception {
        run(ClosedOwner.class);
    }

    /** What one owner has loaded: the next record under the same keys costs no call. */
    public static final class DroppedKeys implements Callable<Void> {
        private final InMemoryKms kms = InMemoryKms.create();
        private final List<KinesisRecord> sealed = new ArrayList<>();

        @Override
        public Void call() throws Exception {
            try (KinesisEncryption owner = Samples.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
                seal(owner);
                open(owner);
                for (String moment : MOMENTS) {
                    collectGarbage();
                    kms.resetCalls();
                    seal(owner);
                    open(owner);
                    assertThat(kms.calls()).as("everything is here").isEmpty();

                    CracApi.tell(moment, getClass().getClassLoader());
                    open(owner);
                    assertThat(kms.calls()).as(moment).isEqualTo(Map.of("Decrypt", 2L));
                    seal(owner);
                    assertThat(kms.calls()).as(moment).isEqualTo(Map.of("Decrypt", 2L, "GenerateDataKey", 2L));
                    open(owner);
                    assertThat(kms.calls())
                            .as("%s: what was sealed after it has other data keys", moment)
                            .isEqualTo(Map.of("Decrypt", 4L, "GenerateDataKey", 2L));
                }
            }
            return null;
        }

        private void seal(KinesisEncryption owner) {
            sealed.clear();
            for (EnvelopeFormat format : EnvelopeFormat.values()) {
                EncryptorOptions options =
                        EncryptorOptions.builder().format(format).build();
                sealed.add(owner.encryptor(Samples.ORDERS, options).encrypt(Samples.record()));
            }
        }

        private void open(KinesisEncryption owner) {
            for (KinesisRecord record : sealed) {
                assertThat(owner.decryptor(Samples.ORDERS)
                                .decrypt(record)
                                .get(0)
                                .data())
                        .isEqualTo(Samples.PLAINTEXT);
            }
        }

        /** The API holds the hook weakly: only what the owner itself holds is there afterwards. */
        private static void collectGarbage() {
            awaitCollectionOf(new WeakReference<>(new Object()));
        }
    }

    public static final class ClosedOwner implements Callable<Void> {
        private final InMemoryKms kms = InMemoryKms.create();
        private final String keyArn = kms.createKey();

        @Override
        public Void call() throws Exception {
            awaitCollectionOf(closed());
            return null;
        }

        /** Apart, so that no local variable holds it. */
        private WeakReference<KinesisEncryption> closed() throws Exception {
            KinesisEncryption owner = Samples.encryption(Keyrings.awsKms(keyArn, kms.client()));
            owner.encryptor(Samples.ORDERS).encrypt(Samples.record());
            owner.close();
            for (String moment : MOMENTS) {
                CracApi.tell(moment, getClass().getClassLoader());
            }
            return new WeakReference<>(owner);
        }
    }

    private static void awaitCollectionOf(WeakReference<?> reference) {
        for (int i = 0; i < 50 && reference.get() != null; i++) {
            System.gc();
        }
        assertThat(reference.get()).as("held by something").isNull();
    }
}
