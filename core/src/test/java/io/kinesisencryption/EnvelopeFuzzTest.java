// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** The fuzz targets of envelopes, without Jazzer, on the inputs that are kept and on every test vector. */
class EnvelopeFuzzTest {
    private static List<DynamicTest> vectors(Consumer<byte[]> method) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String file : List.of("aws-encryption-sdk-1.json", "compact-1.json")) {
            for (String list : List.of("positive", "negative")) {
                for (JsonNode vector : TestVectors.vectors(file, list)) {
                    tests.add(DynamicTest.dynamicTest(
                            file + ": " + TestVectors.text(vector, "name"),
                            () -> method.accept(TestVectors.bytes(vector, "envelope"))));
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(150);
        return tests;
    }

    private static List<DynamicTest> both(Class<?> target, Consumer<byte[]> method)
            throws IOException, URISyntaxException {
        List<DynamicTest> tests = new ArrayList<>(FuzzCorpus.of(target, method));
        tests.addAll(vectors(method));
        return tests;
    }

    @TestFactory
    List<DynamicTest> envelopes() throws IOException, URISyntaxException {
        return both(EnvelopeFuzz.class, new EnvelopeFuzz()::aResultOrARefusal);
    }

    @TestFactory
    List<DynamicTest> records() throws IOException, URISyntaxException {
        return both(DecryptorFuzz.class, new DecryptorFuzz()::aResultOrARefusal);
    }

    @TestFactory
    List<DynamicTest> sealedPayloads() throws IOException, URISyntaxException {
        return FuzzCorpus.of(SealedPayloadFuzz.class, new SealedPayloadFuzz()::aResultOrARefusal);
    }

    /** Else the decryptor's target would only ever see refusals. */
    @TestFactory
    List<DynamicTest> theKeptEnvelopesThatAreWholeAreOpened() throws IOException, URISyntaxException {
        return FuzzInputs.whole().entrySet().stream()
                .map(input -> DynamicTest.dynamicTest(
                        input.getKey(),
                        () -> assertThat(FuzzKeys.DECRYPTOR.decrypt(
                                        KinesisRecord.of("customer-1", null, input.getValue())))
                                .isNotEmpty()))
                .toList();
    }
}
