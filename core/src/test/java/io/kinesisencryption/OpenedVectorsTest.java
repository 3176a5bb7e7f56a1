// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.has;
import static io.kinesisencryption.TestVectors.list;
import static io.kinesisencryption.TestVectors.number;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.textOrNull;
import static io.kinesisencryption.TestVectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** The vectors of both formats, opened as an application opens a record. */
class OpenedVectorsTest {
    private static final String SDK = VectorReaders.SDK;
    private static final String COMPACT = VectorReaders.COMPACT;

    private static final Pattern SIZE_IN_NAME = Pattern.compile("flags [0-7], a record of ([0-9]+) bytes");

    private static Set<AlgorithmSuite> suites(JsonNode vector) {
        if (!has(vector, "suites")) {
            return EnumSet.allOf(AlgorithmSuite.class);
        }
        Set<AlgorithmSuite> suites = EnumSet.noneOf(AlgorithmSuite.class);
        for (JsonNode id : list(vector, "suites")) {
            for (AlgorithmSuite suite : AlgorithmSuite.values()) {
                if ("%04x".formatted(suite.id()).equals(id.asString())) {
                    suites.add(suite);
                }
            }
        }
        assertThat(suites).hasSameSizeAs(list(vector, "suites"));
        return suites;
    }

    private static KinesisRecord wire(JsonNode vector, String envelope) {
        return KinesisRecord.of(textOrNull(vector, "partitionKey"), "4711", bytes(vector, envelope));
    }

    private static void assertOpens(KinesisEncryption owner, JsonNode vector, boolean aggregate) {
        RecordDecryptor decryptor =
                VectorReaders.decryptor(owner, text(vector, "stream"), EnumSet.allOf(AlgorithmSuite.class));
        KinesisRecord wire = wire(vector, "envelope");
        for (int coldThenWarm = 0; coldThenWarm < 2; coldThenWarm++) {
            List<UserRecord> opened = decryptor.decrypt(wire);
            if (has(vector, "userRecords")) {
                assertUserRecords(opened, vector, wire, aggregate);
            } else {
                assertTheOneUserRecord(opened, vector, wire, aggregate);
            }
        }
    }

    private static void assertUserRecords(
            List<UserRecord> opened, JsonNode vector, KinesisRecord wire, boolean aggregate) {
        List<JsonNode> expected = list(vector, "userRecords");
        assertThat(opened).hasSameSizeAs(expected);
        for (int i = 0; i < opened.size(); i++) {
            JsonNode record = expected.get(i);
            assertThat(opened.get(i).data()).isEqualTo(bytes(record, "data"));
            assertThat(opened.get(i).partitionKey())
                    .isEqualTo(aggregate ? textOrNull(record, "partitionKey") : wire.partitionKey());
            assertThat(opened.get(i).explicitHashKey())
                    .isEqualTo(aggregate ? textOrNull(record, "explicitHashKey") : wire.explicitHashKey());
        }
    }

    /** A vector of one user record says how large its data is in its name; the data ends every payload, none of which any compressor made. */
    private static void assertTheOneUserRecord(
            List<UserRecord> opened, JsonNode vector, KinesisRecord wire, boolean aggregate) {
        byte[] payload = bytes(vector, "payload");
        byte[] data = opened.get(0).data();
        assertThat(opened).hasSize(1);
        Matcher name = SIZE_IN_NAME.matcher(text(vector, "name"));
        assertThat(data).hasSize(name.matches() ? Integer.parseInt(name.group(1)) : payload.length);
        assertThat(data).isEqualTo(Arrays.copyOfRange(payload, payload.length - data.length, payload.length));
        assertThat(opened.get(0).partitionKey()).isEqualTo(aggregate ? "customer-1" : wire.partitionKey());
        assertThat(opened.get(0).explicitHashKey()).isEqualTo(aggregate ? null : "4711");
    }

    @TestFactory
    List<DynamicTest> everyPositiveVectorOfFormat1IsOpened() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(SDK, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                try (KinesisEncryption owner = VectorReaders.encryptionSdk()) {
                    assertOpens(owner, vector, kindOf(vector).startsWith("aggregate"));
                }
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> everyPositiveVectorOfCompactIsOpened() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(COMPACT, "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                try (KinesisEncryption owner = VectorReaders.compact(vector)) {
                    assertOpens(owner, vector, kindOf(vector).startsWith("aggregate"));
                }
            }));
        }
        return tests;
    }

    @TestFactory
    @Requirement({"M12", "M14", "M23", "M24", "M25", "M27", "M30", "M31", "M32", "M36"})
    List<DynamicTest> everyNegativeVectorIsRefused() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String file : List.of(SDK, COMPACT)) {
            for (JsonNode vector : vectors(file, "negative")) {
                tests.add(DynamicTest.dynamicTest(file + ": " + text(vector, "name"), () -> {
                    try (KinesisEncryption owner =
                            file.equals(SDK) ? VectorReaders.encryptionSdk() : VectorReaders.compact(vector)) {
                        if (has(vector, "after")) {
                            String stream = EnvelopeInfo.read(bytes(vector, "after"))
                                    .encryptionContext()
                                    .get("kinesis:stream-name");
                            VectorReaders.decryptor(owner, stream, EnumSet.allOf(AlgorithmSuite.class))
                                    .decrypt(wire(vector, "after"));
                        }
                        RecordDecryptor decryptor =
                                VectorReaders.decryptor(owner, text(vector, "stream"), suites(vector));

                        assertThat(codeOf(decryptor, wire(vector, "envelope")))
                                .isEqualTo(ErrorCode.valueOf(text(vector, "error")));
                    }
                }));
            }
        }
        return tests;
    }

    private static @Nullable ErrorCode codeOf(RecordDecryptor decryptor, KinesisRecord record) {
        try {
            decryptor.decrypt(record);
            return null;
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
    }

    @Test
    void thereAreVectorsOfEveryKindOfPayloadInBothFormats() throws IOException {
        for (String file : List.of(SDK, COMPACT)) {
            Set<String> kinds = new HashSet<>();
            for (JsonNode vector : vectors(file, "positive")) {
                kinds.add(kindOf(vector));
            }
            assertThat(kinds)
                    .as(file)
                    .containsExactlyInAnyOrder("record", "record, compressed", "aggregate", "aggregate, compressed");
        }
    }

    private static String kindOf(JsonNode vector) {
        boolean aggregate;
        boolean compressed;
        if (has(vector, "flags")) {
            aggregate = (number(vector, "flags") & 1) != 0;
            compressed = (number(vector, "flags") & 2) != 0;
        } else {
            Map<String, String> context = TestVectors.encryptionContext(vector);
            aggregate = context.containsKey("kinesis:payload");
            compressed = context.containsKey("kinesis:compression");
        }
        return (aggregate ? "aggregate" : "record") + (compressed ? ", compressed" : "");
    }
}
