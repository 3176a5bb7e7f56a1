// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class LocalDynamoDbMissingArtifactTest {

    @ParameterizedTest
    @CsvSource({
        "software.amazon.awssdk.services.dynamodb., software.amazon.awssdk:dynamodb",
        "com.amazonaws.services.dynamodbv2., com.amazonaws:DynamoDBLocal",
        "com.almworks.sqlite4java., com.almworks.sqlite4java:sqlite4java"
    })
    void namesTheArtifactToAdd(String hiddenPackage, String artifact) {
        assertThatThrownBy(() -> startWithout(List.of(hiddenPackage)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("LocalDynamoDb needs " + artifact + " on the class path");
    }

    @Test
    void namesEveryArtifactToAdd() {
        assertThatThrownBy(() -> startWithout(List.of("com.amazonaws.services.dynamodbv2.", "com.almworks.")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("com.amazonaws:DynamoDBLocal and com.almworks.sqlite4java:sqlite4java");
    }

    /** Calls {@link LocalDynamoDb#start()} where some packages do not exist. */
    private static void startWithout(List<String> hiddenPackages) throws Exception {
        Class<?> starter = new HidingLoader(hiddenPackages).loadClass(Starter.class.getName());
        assertThat(starter).isNotSameAs(Starter.class);
        ((Callable<?>) starter.getDeclaredConstructor().newInstance()).call();
    }

    /** A caller compiled against the class: reflection on it would load the types in its signatures first. Public, because a
     * copy in another loader is in another package to this test. */
    public static final class Starter implements Callable<Object> {
        @Override
        public Object call() {
            return LocalDynamoDb.start();
        }
    }

    private static final class HidingLoader extends ClassLoader {
        private final List<String> hiddenPackages;

        HidingLoader(List<String> hiddenPackages) {
            super(LocalDynamoDb.class.getClassLoader());
            this.hiddenPackages = hiddenPackages;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (hiddenPackages.stream().anyMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(LocalDynamoDb.class.getPackageName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
