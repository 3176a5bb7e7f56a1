// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** The vectors are append-only: what {@code released.txt} has a digest of is as it was. */
class ReleasedVectorsTest {
    private static final Pattern LIST = Pattern.compile("  \"(\\w+)\": \\[");

    private static final class Release {
        final String list;
        final int count;
        final String digest;

        Release(String line) {
            String[] words = line.split(" ");
            assertThat(words).as(line).hasSize(4);
            list = words[0] + " " + words[1];
            count = Integer.parseInt(words[2]);
            digest = words[3];
        }
    }

    private static List<Release> releases() throws IOException {
        return Files.readAllLines(TestVectors.file("released.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Release::new)
                .toList();
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(TestVectors.inRepository("test-vectors"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** The lines of each list's vectors, by file and list. */
    private static Map<String, List<String>> vectors() throws IOException {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (Path file : files()) {
            List<String> current = List.of();
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                Matcher list = LIST.matcher(line);
                if (list.matches()) {
                    current = new ArrayList<>();
                    lists.put(file.getFileName() + " " + list.group(1), current);
                } else if (line.startsWith("    {")) {
                    current.add(line.strip().replaceAll(",$", ""));
                }
            }
        }
        return lists;
    }

    private static String digest(List<String> lines) throws GeneralSecurityException {
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.US_ASCII);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    }

    @Test
    void releasedVectorsAreAsTheyWere() throws Exception {
        Map<String, List<String>> vectors = vectors();
        for (Release release : releases()) {
            List<String> lines = vectors.get(release.list);
            assertThat(lines)
                    .as("%s keeps its first %d vectors", release.list, release.count)
                    .hasSizeGreaterThanOrEqualTo(release.count);
            assertThat(digest(lines.subList(0, release.count)))
                    .as("the first %d vectors of %s", release.count, release.list)
                    .isEqualTo(release.digest);
        }
    }

    @Test
    void everyVectorIsCoveredByADigest() throws Exception {
        Map<String, Integer> covered = new LinkedHashMap<>();
        for (Release release : releases()) {
            Integer before = covered.put(release.list, release.count);
            assertThat(release.count).as(release.list).isGreaterThan(before == null ? 0 : before);
        }
        Map<String, Integer> there = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> list : vectors().entrySet()) {
            there.put(list.getKey(), list.getValue().size());
            int count = covered.getOrDefault(list.getKey(), 0);
            assertThat(count)
                    .as(
                            "append to released.txt: %s %d %s",
                            list.getKey(), list.getValue().size(), digest(list.getValue()))
                    .isEqualTo(list.getValue().size());
        }
        assertThat(covered).containsExactlyInAnyOrderEntriesOf(there);
    }

    /** So the lines that the digests are of are all that a parser finds. */
    @Test
    void eachVectorIsALineWithANameOfItsOwn() throws Exception {
        Map<String, List<String>> vectors = vectors();
        for (Path file : files()) {
            Map<String, JsonNode> members =
                    JsonNode.parser().parse(Files.readString(file)).asObject();
            members.forEach((name, value) -> {
                if (value.isArray()) {
                    assertThat(value.asArray())
                            .as("%s of %s", name, file)
                            .hasSameSizeAs(vectors.get(file.getFileName() + " " + name));
                    assertThat(value.asArray().stream().map(vector -> TestVectors.text(vector, "name")))
                            .as("%s of %s", name, file)
                            .doesNotHaveDuplicates();
                }
            });
        }
    }
}
