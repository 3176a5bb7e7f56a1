// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.RecordOrigin;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.keyring.Keyrings;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

class S3DeadLetterSinkTest {
    private static final StreamIdentity ORDERS = StreamIdentity.of("orders");

    private final InMemoryS3 s3 = new InMemoryS3("letters");
    private final S3DeadLetterSink sink = S3DeadLetterSink.of(s3, "letters", "consumer/");

    private static DeadLetter letter(int number, byte[] data) {
        return DeadLetter.of(
                new RecordOrigin(ORDERS, "shardId-000000000001", Integer.toString(number), 0, Instant.EPOCH),
                KinesisRecord.of("customer-1", null, data),
                new AuthenticationFailedException("altered", null),
                true,
                Instant.EPOCH);
    }

    @Test
    void aLetterIsReadBackAndOpened() {
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Keyrings.rawAes("test", "key-1", new byte[32]))
                .build()) {
            byte[] sealed = encryption
                    .encryptor(ORDERS)
                    .encrypt(UserRecord.of("customer-1", "an order".getBytes(UTF_8)))
                    .data();

            sink.put(letter(7, sealed));

            assertThat(s3.objects)
                    .containsOnlyKeys("consumer/stream=orders/shard=shardId-000000000001/7-0.dead-letter");
            DeadLetter back =
                    S3DeadLetters.read(s3, "letters", "consumer/").toList().get(0);
            assertThat(back.open(encryption.decryptor(back.origin().stream()))
                            .get(0)
                            .data())
                    .isEqualTo("an order".getBytes(UTF_8));
        }
    }

    @Test
    void manyLettersAreReadPageByPageAndOtherObjectsPassedOver() {
        for (int number = 1; number <= 5; number++) {
            sink.put(letter(number, new byte[number]));
        }
        sink.put(letter(5, new byte[5]));
        s3.objects.put("consumer/README", new byte[] {1});
        s3.objects.put("elsewhere/x.dead-letter", new byte[] {1});

        assertThat(S3DeadLetters.read(s3, "letters", "consumer/"))
                .extracting(letter -> letter.origin().sequenceNumber())
                .containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void aRecordOfTheLargestSizeIsKept() {
        byte[] largest = new byte[10 * 1024 * 1024];
        new Random(1).nextBytes(largest);

        sink.put(letter(1, largest));

        assertThat(S3DeadLetters.read(s3, "letters", "consumer/")
                        .toList()
                        .get(0)
                        .data())
                .isEqualTo(largest);
    }

    @Test
    void aLargeLetterIsCopiedOnceOnItsWayToTheClient() {
        byte[] largest = new byte[10 * 1024 * 1024];
        DeadLetter letter = letter(2, largest);
        // The client's own copies do not count.
        S3Client counting = new DelegatingS3Client(s3) {
            @Override
            public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
                assertThat(body.optionalContentLength()).isPresent();
                return PutObjectResponse.builder().build();
            }
        };
        S3DeadLetterSink toNowhere = S3DeadLetterSink.of(counting, "letters", "consumer/");
        // Makes what is made once.
        toNowhere.put(letter(1, new byte[1]));
        long allocated = allocatedByThisThread();

        toNowhere.put(letter);

        assertThat(allocatedByThisThread() - allocated).isBetween((long) largest.length, largest.length * 3L / 2);
    }

    private static long allocatedByThisThread() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void whatS3AnswersIsThrown() {
        s3.failing(SdkClientException.create("timed out"));

        assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> sink.put(letter(1, new byte[1])));
        assertThatExceptionOfType(NoSuchBucketException.class)
                .isThrownBy(() -> S3DeadLetterSink.of(s3, "absent", "").put(letter(1, new byte[1])));
        assertThat(s3.objects).isEmpty();
    }

    @Test
    void anObjectThatIsNoLetterIsNamed() {
        s3.objects.put("consumer/x.dead-letter", new byte[] {1});

        assertThatIllegalStateException()
                .isThrownBy(() -> S3DeadLetters.read(s3, "letters", "consumer/").toList())
                .withMessageContaining("consumer/x.dead-letter");

        s3.objects.put("consumer/x.dead-letter", new byte[11 * 1024 * 1024]);
        assertThatIllegalStateException()
                .isThrownBy(() -> S3DeadLetters.read(s3, "letters", "consumer/").toList())
                .withMessageContaining("11534336 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-slash", "a b/", "a\n/", "ä/", "a\\/"})
    void aPrefixThatIsNoneIsRefused(String prefix) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3DeadLetterSink.of(s3, "letters", prefix))
                .withMessageContaining("prefix");
    }

    @Test
    void prefixesAndBucketsAreChecked() {
        assertThat(S3DeadLetterSink.of(s3, "letters", "")).hasToString("S3DeadLetterSink[letters/]");
        assertThat(List.of("/", "x/", "a=b/c.d/"))
                .allSatisfy(prefix ->
                        assertThat(S3DeadLetterSink.of(s3, "letters", prefix)).isNotNull());
        assertThatIllegalArgumentException().isThrownBy(() -> S3DeadLetterSink.of(s3, " ", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3DeadLetterSink.of(s3, "letters", "x".repeat(512) + "/"));
    }
}
