// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.encryptionContext;
import static io.kinesisencryption.TestVectors.file;
import static io.kinesisencryption.TestVectors.has;
import static io.kinesisencryption.TestVectors.list;
import static io.kinesisencryption.TestVectors.number;
import static io.kinesisencryption.TestVectors.readByJavaScript;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.textOrNull;
import static io.kinesisencryption.TestVectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.FixedDataKey;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.internal.payload.ZstdDecompressor;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

class CompactVectorsTest {
    private static final String FILE = "compact-1.json";

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
        return new RecordKeys(
                new FixedDataKey(bytes(vector, "dataKey"), List.of()),
                null,
                NonceSource.random((sweep, delayNanos) -> {}));
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
                        textOrNull(vector, "partitionKey"),
                        new ReaderContext(accepted, Map.of()),
                        EnumSet.allOf(AlgorithmSuite.class));
    }

    @TestFactory
    List<DynamicTest> positiveVectorsAreOpened() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                OpenedPayload opened = open(vector, MapLookup.keepingNothing(keys(vector)), "envelope");

                assertThat(Arrays.copyOf(opened.bytes(), opened.sizeBytes())).isEqualTo(bytes(vector, "payload"));
                assertThat(opened.flags()).isEqualTo(number(vector, "flags"));
                assertThat(opened.encryptionContext()).isEqualTo(encryptionContext(vector));
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(36);
        return tests;
    }

    @TestFactory
    List<DynamicTest> positiveVectorsAreWritten() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                List<EncryptedDataKeyEntry> entries = list(vector, "encryptedDataKeys").stream()
                        .map(entry -> new EncryptedDataKeyEntry(
                                text(entry, "providerId"),
                                ByteBuffer.wrap(bytes(entry, "providerInfo")),
                                ByteBuffer.wrap(bytes(entry, "ciphertext"))))
                        .toList();
                RecordKeys keys = new RecordKeys(
                        new FixedDataKey(bytes(vector, "dataKey"), entries),
                        null,
                        new FixedNonce(bytes(vector, "nonce")));
                int flags = number(vector, "flags");

                assertThat(keys.generate(encryptionContext(vector))
                                .seal(flags, textOrNull(vector, "partitionKey"), Payload.of(bytes(vector, "payload"))))
                        .isEqualTo(bytes(vector, "envelope"));
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> negativeVectorsAreRefusedColdAndWarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "negative")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                assertRefused(vector, MapLookup.keepingNothing(keys(vector)));
                MapLookup warm = new MapLookup(keys(vector));
                if (has(vector, "after")) {
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
            readPayload(open(vector, lookup, "envelope"));
        } catch (KinesisEncryptionException e) {
            assertThat(e.code().name()).isEqualTo(text(vector, "error"));
            return;
        }
        throw new AssertionError("The record was opened");
    }

    /** What a reader does after the tag. */
    private static void readPayload(OpenedPayload opened) {
        byte[] payload = opened.bytes();
        if ((opened.flags() & CompactLayout.FLAG_ZSTD) != 0) {
            payload = new ZstdDecompressor().decompress(payload);
        }
        if ((opened.flags() & CompactLayout.FLAG_AGGREGATE) != 0) {
            new AggregateReader().read(payload, AggregateFraming.BARE, false);
        }
    }

    /** A change of the generator that changes a released vector fails here; a new vector is written with {@link CompactVectors#main}. */
    @Test
    void theFileIsWhatItsGeneratorWrites() throws IOException {
        assertThat(Files.readString(file(FILE))).isEqualTo(CompactVectors.text());
    }

    @Test
    void anIndependentReaderInJavaScriptAgrees() throws Exception {
        int count = vectors(FILE, "positive").size() + vectors(FILE, "negative").size();

        assertThat(readByJavaScript(FILE)).contains(count + " vectors, all as expected");
    }
}
