// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.file;
import static io.kinesisencryption.TestVectors.number;
import static io.kinesisencryption.TestVectors.readByJavaScript;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.textOrNull;
import static io.kinesisencryption.TestVectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;

class BlindingVectorsTest {
    private static final String FILE = "blinding-1.json";

    @TestFactory
    List<DynamicTest> theWireShowsThePseudonyms() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "pseudonyms")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                UserRecord record = UserRecord.of(
                        textOrNull(vector, "partitionKey"), textOrNull(vector, "explicitHashKey"), new byte[1]);
                try (KinesisEncryption encryption = Samples.encryption(Samples.rawAes());
                        BlindingSecret secret = BlindingSecret.of(bytes(vector, "root"))) {
                    KinesisRecord sealed =
                            blinding(encryption, Samples.ORDERS, secret).encrypt(record);

                    assertThat(sealed.partitionKey()).isEqualTo(textOrNull(vector, "wirePartitionKey"));
                    assertThat(sealed.explicitHashKey()).isEqualTo(textOrNull(vector, "wireExplicitHashKey"));
                }
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(12);
        return tests;
    }

    /** Whoever may ask the KMS key for a MAC has the root, which is why the key serves nothing else. */
    @TestFactory
    @Requirement("M33")
    List<DynamicTest> theMacOfAMessageIsTheRootOfItsStreamAndEpoch() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(FILE, "rootMessages")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> {
                InMemoryKms kms = InMemoryKms.create();
                String keyArn = kms.createMacKey();
                byte[] root = kms.client()
                        .generateMac(request -> request.keyId(keyArn)
                                .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                                .message(SdkBytes.fromByteArray(bytes(vector, "message"))))
                        .mac()
                        .asByteArray();
                StreamIdentity stream = StreamIdentity.of(text(vector, "stream"));
                try (KinesisEncryption encryption = Samples.encryption(Samples.rawAes());
                        BlindingSecret secret = BlindingSecret.awsKms(keyArn, kms.client(), number(vector, "epoch"));
                        BlindingSecret known = BlindingSecret.of(root)) {
                    assertThat(blinding(encryption, stream, secret)
                                    .encrypt(Samples.record())
                                    .partitionKey())
                            .isEqualTo(blinding(encryption, stream, known)
                                    .encrypt(Samples.record())
                                    .partitionKey());
                }
            }));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(4);
        return tests;
    }

    private static RecordEncryptor blinding(
            KinesisEncryption encryption, StreamIdentity stream, BlindingSecret secret) {
        return encryption.encryptor(
                stream, EncryptorOptions.builder().blindPartitionKeys(secret).build());
    }

    @Test
    void anIndependentReaderInJavaScriptAgrees() throws Exception {
        int count = vectors(FILE, "pseudonyms").size()
                + vectors(FILE, "rootMessages").size();

        assertThat(readByJavaScript(FILE)).contains(count + " vectors, all as expected");
    }

    /** A change of the generator that changes a released vector fails here; a new vector is written with {@link BlindingVectors#main}. */
    @Test
    void theFileIsWhatItsGeneratorWrites() throws IOException {
        assertThat(Files.readString(file(FILE))).isEqualTo(BlindingVectors.text());
    }
}
