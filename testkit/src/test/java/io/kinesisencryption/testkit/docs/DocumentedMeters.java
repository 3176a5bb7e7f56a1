// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Compares the meters there are with the tables of {@code docs/operations.md}. */
public final class DocumentedMeters {
    private static final String NO_TAGS = "–";

    private DocumentedMeters() {}

    /**
     * Fails unless every meter is in the table and every row of it is a meter.
     *
     * @param names a regular expression for the names whose rows count
     */
    public static void assertAreExactly(Collection<Meter> meters, String names) throws IOException {
        Pattern row = Pattern.compile("^\\| `(" + names + ")` \\| ([a-z ]+) \\| ([^|]*) \\|", Pattern.MULTILINE);
        assertThat(documented(row))
                .isEqualTo(meters.stream()
                        .map(DocumentedMeters::described)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Name, type, tags. */
    private static Set<String> documented(Pattern row) throws IOException {
        Set<String> rows = new TreeSet<>();
        Matcher found = row.matcher(Files.readString(document()));
        while (found.find()) {
            Set<String> tags = Arrays.stream(found.group(3).replace("`", "").split(", "))
                    .filter(tag -> !tag.equals(NO_TAGS))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(rows.add(found.group(1) + " " + found.group(2) + " " + tags))
                    .as(found.group(1))
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

    private static Path document() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve("docs"))) {
            here = here.getParent();
        }
        return here.resolve("docs").resolve("operations.md");
    }
}
