// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.context;
import static io.kinesisencryption.TestVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.TestVectors;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

class CompactVectorsTest {
    private static final Path FILE = TestVectors.COMPACT;

    private static List<JsonNode> vectors(String list) throws IOException {
        return TestVectors.read(FILE).get(list).asArray();
    }

    private static @Nullable String partitionKey(JsonNode vector) {
        JsonNode value = vector.asObject().get("partitionKey");
        return value.isNull() ? null : value.asString();
    }

    private static final class FixedDataKey implements DataKeySource {
        private final byte[] dataKey;
        private final List<EncryptedDataKeyEntry> entries;

        FixedDataKey(byte[] dataKey, List<EncryptedDataKeyEntry> entries) {
            this.dataKey = dataKey;
            this.entries = entries;
        }

        @Override
        public DataKey generate(Map<String, String> context) {
            return DataKey.takeOver(dataKey.clone(), entries);
        }

        @Override
        public DataKey decrypt(List<EncryptedDataKeyEntry> encryptedDataKeys, Map<String, String> context) {
            return DataKey.takeOver(dataKey.clone(), encryptedDataKeys);
        }
    }

    private static final class FixedNonce implements NonceSource {
        private final byte[] nonce;

        FixedNonce(byte[] nonce) {
            this.nonce = nonce;
        }

        @Override
        public void initialise(Cipher cipher, SecretKey key, byte[] out, int offset) throws GeneralSecurityException {
            System.arraycopy(nonce, 0, out, offset, SIZE_BYTES);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        }

        @Override
        public void discardAll() {}
    }

    private static RecordKeys keys(JsonNode vector) {
        return new RecordKeys(new FixedDataKey(bytes(vector, "dataKey"), List.of()), null, NonceSource.random());
    }

    private static OpenedPayload open(JsonNode vector, RecordKeyLookup lookup, String envelope, String... streams) {
        List<AcceptedStream> accepted = new ArrayList<>();
        accepted.add(new AcceptedStream(text(vector, "stream"), null));
        for (String stream : streams) {
            accepted.add(new AcceptedStream(stream, null));
        }
        return new CompactOpener(lookup, (provider, info) -> true, "fixed")
                .open(
                        "shard",
                        bytes(vector, envelope),
                        partitionKey(vector),
                        new ReaderContext(accepted, Map.of()),
                        EnumSet.allOf(AlgorithmSuite.class));
    }

    @TestFactory
    List<DynamicTest> positiveVectorsAreOpened() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors("positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                OpenedPayload opened = open(vector, MapLookup.keepingNothing(keys(vector)), "envelope");

                assertThat(opened.bytes()).isEqualTo(bytes(vector, "payload"));
                assertThat(String.valueOf(opened.flags()))
                        .isEqualTo(vector.asObject().get("flags").asNumber());
                assertThat(opened.encryptionContext()).isEqualTo(context(vector));
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(36);
        return tests;
    }

    @TestFactory
    List<DynamicTest> positiveVectorsAreWritten() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors("positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                List<EncryptedDataKeyEntry> entries = vector.asObject().get("encryptedDataKeys").asArray().stream()
                        .map(entry -> new EncryptedDataKeyEntry(
                                text(entry, "providerId"),
                                ByteBuffer.wrap(bytes(entry, "providerInfo")),
                                ByteBuffer.wrap(bytes(entry, "ciphertext"))))
                        .toList();
                RecordKeys keys = new RecordKeys(
                        new FixedDataKey(bytes(vector, "dataKey"), entries),
                        null,
                        new FixedNonce(bytes(vector, "nonce")));
                int flags = Integer.parseInt(vector.asObject().get("flags").asNumber());

                assertThat(keys.generate(context(vector)).seal(flags, partitionKey(vector), bytes(vector, "payload")))
                        .isEqualTo(bytes(vector, "envelope"));
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> negativeVectorsAreRefusedColdAndWarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors("negative")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                assertRefused(vector, MapLookup.keepingNothing(keys(vector)));
                MapLookup warm = new MapLookup(keys(vector));
                if (!vector.asObject().get("after").isNull()) {
                    open(vector, warm, "after", "payments");
                    assertThat(warm.keys).hasSize(1);
                }
                assertRefused(vector, warm);
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(50);
        return tests;
    }

    private static void assertRefused(JsonNode vector, RecordKeyLookup lookup) {
        try {
            open(vector, lookup, "envelope");
        } catch (KinesisEncryptionException e) {
            assertThat(e.code().name()).isEqualTo(text(vector, "error"));
            return;
        }
        throw new AssertionError("The record was opened");
    }

    /** A change of the generator that changes a released vector fails here; a new vector is written with {@link CompactVectors#main}. */
    @Test
    void theFileIsWhatItsGeneratorWrites() throws IOException {
        assertThat(Files.readString(FILE)).isEqualTo(CompactVectors.text());
    }

    @Test
    void anIndependentReaderInJavaScriptAgrees() throws Exception {
        Process node;
        try {
            node = new ProcessBuilder(
                            "node",
                            TestVectors.FOLDER.resolve("read-compact.mjs").toString(),
                            FILE.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("Node.js is not on the path: " + e.getMessage());
            return;
        }
        try {
            String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(node.exitValue()).as(output).isZero();
            int count = vectors("positive").size() + vectors("negative").size();
            assertThat(output).contains(count + " vectors, all as expected");
        } finally {
            node.destroyForcibly();
        }
    }
}
