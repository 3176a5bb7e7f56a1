// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.encryptionContext;
import static io.kinesisencryption.TestVectors.file;
import static io.kinesisencryption.TestVectors.has;
import static io.kinesisencryption.TestVectors.list;
import static io.kinesisencryption.TestVectors.read;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.vectors;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.encryptionsdk.AwsCrypto;
import io.kinesisencryption.Requirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateReader;
import io.kinesisencryption.internal.payload.AggregatedUserRecord;
import io.kinesisencryption.internal.payload.ZstdDecompressor;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

class SdkVectorsTest {
    private static final String FILE = "aws-encryption-sdk-1.json";

    private static Keyring keyring() throws IOException {
        JsonNode key = read(FILE).asObject().get("wrappingKey");
        return Keyrings.rawAes(text(key, "namespace"), text(key, "name"), bytes(key, "key"));
    }

    @TestFactory
    @Requirement({"M10", "M16", "M20"})
    List<DynamicTest> positiveVectorsAreOpenedColdAndWarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                try (Ciphers ciphers = new Ciphers(keyring())) {
                    byte[] envelope = bytes(vector, "envelope");
                    EncryptionSdkMessage layout = EncryptionSdkMessage.parse(envelope);
                    assertThat("%04x".formatted(layout.suite().id())).isEqualTo(text(vector, "suite"));
                    assertThat(layout.encryptionContext()).isEqualTo(encryptionContext(vector));
                    byte[] payload = ciphers.open(envelope);
                    assertThat(payload).isEqualTo(bytes(vector, "payload"));
                    assertThat(ciphers.open(envelope)).isEqualTo(payload);
                    assertUserRecords(vector, layout.encryptionContext(), payload);
                }
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(25);
        return tests;
    }

    /** So the vectors are of the format itself, and not of how this library understands it. */
    @TestFactory
    List<DynamicTest> positiveVectorsAreOpenedByTheEncryptionSdkAlone() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                try (Keyring.OpenKeyring open = keyring().open()) {
                    assertThat(AwsCrypto.standard()
                                    .decryptData(open.materialProvidersKeyring(), bytes(vector, "envelope"))
                                    .getResult())
                            .isEqualTo(bytes(vector, "payload"));
                }
            }));
        }
        return tests;
    }

    private static void assertUserRecords(JsonNode vector, Map<String, String> context, byte[] payload) {
        byte[] plain = decompressed(context, payload);
        List<JsonNode> expected = list(vector, "userRecords");
        if (!context.containsKey("kinesis:payload")) {
            assertThat(expected).hasSize(1);
            assertThat(plain).isEqualTo(bytes(expected.get(0), "data"));
            return;
        }
        List<AggregatedUserRecord> records = new AggregateReader().read(plain, AggregateFraming.KPL, true);
        assertThat(records).hasSameSizeAs(expected);
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i).partitionKey()).isEqualTo(text(expected.get(i), "partitionKey"));
            assertThat(records.get(i).data()).isEqualTo(bytes(expected.get(i), "data"));
        }
    }

    private static byte[] decompressed(Map<String, String> context, byte[] payload) {
        return context.containsKey("kinesis:compression") ? new ZstdDecompressor().decompress(payload) : payload;
    }

    @TestFactory
    @Requirement({"M10", "M17", "M18", "M20", "M32", "M34", "M35", "M36"})
    List<DynamicTest> negativeVectorsAreRefusedColdAndWarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "negative")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                ErrorCode error = ErrorCode.valueOf(text(vector, "error"));
                try (Ciphers ciphers = new Ciphers(keyring())) {
                    assertThat(codeOf(ciphers, vector)).isEqualTo(error);
                    assertThat(codeOf(ciphers, vector)).isEqualTo(error);
                }
                if (has(vector, "after")) {
                    try (Ciphers warm = new Ciphers(keyring())) {
                        assertThat(warm.open(bytes(vector, "after"))).isNotEmpty();
                        assertThat(codeOf(warm, vector)).isEqualTo(error);
                    }
                }
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(55);
        return tests;
    }

    /** What a reader does in its order: begin, layout, suite, stream, key, payload. */
    private static ErrorCode codeOf(Ciphers ciphers, JsonNode vector) {
        byte[] envelope = bytes(vector, "envelope");
        List<String> suites =
                list(vector, "suites").stream().map(JsonNode::asString).toList();
        ReaderContext reader = new ReaderContext(List.of(new AcceptedStream(text(vector, "stream"), null)), Map.of());
        return Ciphers.codeOf(() -> {
            if (!EncryptionSdkMessage.recognises(envelope)) {
                throw new PlaintextRecordException("not an envelope", null);
            }
            EncryptionSdkMessage layout = EncryptionSdkMessage.parse(envelope);
            if (!suites.contains("%04x".formatted(layout.suite().id()))) {
                throw new UnsupportedEnvelopeException(ErrorCode.UNSUPPORTED_SUITE, "not accepted", null);
            }
            reader.check(EnvelopeFormat.AWS_ENCRYPTION_SDK, layout.encryptionContext());
            byte[] payload = decompressed(layout.encryptionContext(), ciphers.cipher.decrypt(SHARD, envelope, layout));
            if (layout.encryptionContext().containsKey("kinesis:payload")) {
                new AggregateReader().read(payload, AggregateFraming.KPL, false);
            }
        });
    }

    /** A change of the generator that changes a released vector fails here; a new vector is written with {@link SdkVectors#main}. */
    @Test
    void theFileIsWhatItsGeneratorWrites() throws IOException {
        assertThat(Files.readString(file(FILE))).isEqualTo(SdkVectors.text());
    }
}
