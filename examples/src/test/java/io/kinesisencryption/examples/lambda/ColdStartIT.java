// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.examples.support.ProgramJar;
import io.kinesisencryption.examples.support.ProgramJar.Result;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.emulator.AwsJsonFront;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first record of a new process, with each kind of key: that it is decrypted, and how long that took is in the report. */
class ColdStartIT {
    private static final StreamIdentity STREAM =
            StreamIdentity.ofArn("arn:aws:kinesis:us-east-1:123456789012:stream/orders");
    private static final String TIMES =
            "JVM to main \\d+, keyring \\d+, first record \\d+, all \\d+ ms, \\d+ ms of processor time; second record [0-9.]+ ms";

    @TempDir
    private Path folder;

    private Path sealed(Keyring keyring, EnvelopeFormat format) throws IOException {
        try (KinesisEncryption encryption =
                KinesisEncryption.builder().keyring(keyring).build()) {
            byte[] data = encryption
                    .encryptor(STREAM, EncryptorOptions.builder().format(format).build())
                    .encrypt(UserRecord.of(ColdStart.PARTITION_KEY, new byte[512]))
                    .data();
            return Files.write(folder.resolve("record"), data);
        }
    }

    private static void report(String key, EnvelopeFormat format, Result result) throws IOException {
        assertThat(result.errLines()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.lastOutLine()).matches(TIMES);
        System.out.printf("cold start, %s, %s: %s%n", key, format, result.lastOutLine());
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void aRawAesKey(EnvelopeFormat format) throws Exception {
        byte[] key = new byte[32];
        Path file = Files.write(folder.resolve("key"), key);
        Path record = sealed(Keyrings.rawAes(ColdStart.KEY_NAMESPACE, ColdStart.KEY_NAME, key), format);

        report(
                "raw AES key",
                format,
                ProgramJar.in(folder)
                        .runMain(ColdStart.class, STREAM.toString(), record.toString(), "raw-aes", file.toString()));
    }

    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void aKeyOfKms(EnvelopeFormat format) throws Exception {
        InMemoryKms kms = InMemoryKms.create();
        String key = kms.createKey();
        Path record = sealed(Keyrings.awsKms(key, kms.client()), format);
        try (AwsJsonFront front = AwsJsonFront.of(kms.client())) {
            report(
                    "AWS KMS over loopback",
                    format,
                    ProgramJar.in(folder)
                            .environment("AWS_ENDPOINT_URL_KMS", front.url())
                            .environment("AWS_ACCESS_KEY_ID", "any")
                            .environment("AWS_SECRET_ACCESS_KEY", "any")
                            .runMain(ColdStart.class, STREAM.toString(), record.toString(), "kms", key));
        }
        assertThat(kms.callCount("Decrypt")).isEqualTo(1);
    }
}
