// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** The files of {@code test-vectors} and what their vectors say. */
public final class TestVectors {
    private static final long READER_TIMEOUT_SECONDS = 300;

    private TestVectors() {}

    /** A file or folder at the root of the repository, whichever folder the tests run in. */
    public static Path inRepository(String name) {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve("test-vectors"))) {
            here = here.getParent();
        }
        if (here == null) {
            throw new AssertionError(
                    "There is no folder test-vectors above " + Path.of("").toAbsolutePath());
        }
        return here.resolve(name);
    }

    public static Path file(String name) {
        return inRepository("test-vectors").resolve(name);
    }

    public static JsonNode read(String file) throws IOException {
        return JsonNode.parser().parse(Files.readString(file(file)));
    }

    public static List<JsonNode> vectors(String file, String list) throws IOException {
        return list(read(file), list);
    }

    public static List<JsonNode> list(JsonNode object, String name) {
        return object.asObject().get(name).asArray();
    }

    public static boolean has(JsonNode vector, String name) {
        JsonNode value = vector.asObject().get(name);
        return value != null && !value.isNull();
    }

    public static String text(JsonNode vector, String name) {
        return vector.asObject().get(name).asString();
    }

    public static @Nullable String textOrNull(JsonNode vector, String name) {
        return has(vector, name) ? text(vector, name) : null;
    }

    public static int number(JsonNode vector, String name) {
        return Integer.parseInt(vector.asObject().get(name).asNumber());
    }

    public static byte[] bytes(JsonNode vector, String name) {
        return HexFormat.of().parseHex(text(vector, name));
    }

    public static Map<String, String> encryptionContext(JsonNode vector) {
        Map<String, String> pairs = new HashMap<>();
        vector.asObject().get("encryptionContext").asObject().forEach((key, value) -> pairs.put(key, value.asString()));
        return pairs;
    }

    /** What the readers in JavaScript print of a file; a vector that is not as expected there fails the test. Skipped without Node.js. */
    public static String readByJavaScript(String file) throws IOException, InterruptedException {
        Process node;
        try {
            node = new ProcessBuilder(
                            "node", file("check.mjs").toString(), file(file).toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            return Assumptions.abort("Node.js is not on the path: " + e.getMessage());
        }
        try {
            String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!node.waitFor(READER_TIMEOUT_SECONDS, TimeUnit.SECONDS) || node.exitValue() != 0) {
                throw new AssertionError(output);
            }
            return output;
        } finally {
            node.destroyForcibly();
        }
    }
}
