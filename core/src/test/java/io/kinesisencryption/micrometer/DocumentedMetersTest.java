// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.TestVectors;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of meters in the documentation is that of the meters which there are. */
class DocumentedMetersTest {
    /** Name, type, tags. Those of other modules have names of their own below ours. */
    private static final Pattern ROW = Pattern.compile(
            "^\\| `(kinesis\\.encryption\\.(?!producer|consumer)[a-z.]+)` \\| ([a-z ]+) \\| ([^|]*) \\|",
            Pattern.MULTILINE);

    private static Set<String> documented() throws IOException {
        String document = Files.readString(TestVectors.inRepository("docs").resolve("operations.md"));
        Set<String> rows = new TreeSet<>();
        Matcher row = ROW.matcher(document);
        while (row.find()) {
            Set<String> tags =
                    new TreeSet<>(Arrays.asList(row.group(3).replace("`", "").split(", ")));
            assertThat(rows.add(row.group(1) + " " + row.group(2) + " " + tags))
                    .as(row.group(1))
                    .isTrue();
        }
        return rows;
    }

    private static String described(Meter meter) {
        Meter.Id id = meter.getId();
        String type = meter instanceof TimeGauge
                ? "time gauge"
                : id.getType().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return id.getName() + " " + type + " "
                + id.getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyMeterIsInTheTableAndEveryRowOfTheTableIsAMeter() throws IOException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        EveryEvent.tell(MicrometerEncryptionListener.of(registry));

        assertThat(documented())
                .isEqualTo(registry.getMeters().stream()
                        .map(DocumentedMetersTest::described)
                        .collect(Collectors.toCollection(TreeSet::new)));
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
