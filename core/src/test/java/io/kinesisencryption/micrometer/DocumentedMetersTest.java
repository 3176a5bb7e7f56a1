// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.testkit.docs.DocumentedMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of meters in the documentation is that of the meters which there are. */
class DocumentedMetersTest {
    /** Those of other modules have names of their own below ours. */
    private static final String NAMES = "kinesis\\.encryption\\.(?!producer|consumer)[a-z.]+";

    @Test
    void everyMeterIsInTheTableAndEveryRowOfTheTableIsAMeter() throws IOException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        EveryEvent.tell(MicrometerEncryptionListener.of(registry));

        DocumentedMeters.assertAreExactly(registry.getMeters(), NAMES);
    }

    @Test
    void everyEventThereIsWasTold() {
        Set<String> told = new TreeSet<>();
        EncryptionListener listener = (EncryptionListener) Proxy.newProxyInstance(
                EncryptionListener.class.getClassLoader(),
                new Class<?>[] {EncryptionListener.class},
                (proxy, method, arguments) -> {
                    told.add(method.getName());
                    return null;
                });
        EveryEvent.tell(listener);

        assertThat(told).isEqualTo(events(EncryptionListener.class));
        assertThat(events(MicrometerEncryptionListener.class))
                .as("what is measured")
                .isEqualTo(told);
    }

    private static Set<String> events(Class<?> type) {
        Set<String> events = new TreeSet<>();
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().startsWith("on")) {
                events.add(method.getName());
            }
        }
        return events;
    }
}
