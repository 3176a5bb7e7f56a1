// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;

class KmsFailureTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final KinesisEncryption encryption = Samples.encryption(Keyrings.awsKms(keyArn, kms.client()));

    @AfterEach
    void close() {
        encryption.close();
    }

    private static ErrorCode codeOf(Runnable call) {
        try {
            call.run();
        } catch (KinesisEncryptionException e) {
            assertThat(e).hasMessageContaining("arn:aws:kms");
            return e.code();
        }
        throw new AssertionError("No failure");
    }

    private static Arguments trouble(String name, ErrorCode code, Consumer<KmsFailureTest> cause) {
        return Arguments.of(name, code, cause);
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                trouble(
                        "throttled",
                        ErrorCode.KEY_UNAVAILABLE,
                        t -> t.kms.faults().inject(KmsFault.throttled(KmsFault.ANY_OPERATION))),
                trouble(
                        "internal error",
                        ErrorCode.KEY_UNAVAILABLE,
                        t -> t.kms.faults().inject(KmsFault.internalFailure(KmsFault.ANY_OPERATION))),
                trouble(
                        "unreachable",
                        ErrorCode.KEY_UNAVAILABLE,
                        t -> t.kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION))),
                trouble(
                        "times out",
                        ErrorCode.KEY_UNAVAILABLE,
                        t -> t.kms.faults().inject(KmsFault.timeout(KmsFault.ANY_OPERATION))),
                trouble("disabled", ErrorCode.KEY_DISABLED, t -> t.kms.disableKey(t.keyArn)),
                trouble(
                        "pending deletion",
                        ErrorCode.KEY_PENDING_DELETION,
                        t -> t.kms.scheduleKeyDeletion(t.keyArn, Duration.ofDays(7))),
                trouble("deleted", ErrorCode.KEY_NOT_FOUND, t -> t.kms.deleteImmediately(t.keyArn)),
                trouble(
                        "denied",
                        ErrorCode.KEY_DENIED,
                        t -> t.kms.deny(InMemoryKms.DEFAULT_PRINCIPAL, t.keyArn, "Decrypt", "GenerateDataKey")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("troubles")
    void whatKmsAnswersDecidesTheErrorOfBothDirections(String name, ErrorCode code, Consumer<KmsFailureTest> cause) {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        cause.accept(this);

        assertThat(codeOf(() -> Samples.open(encryption, Samples.ORDERS, envelope)))
                .isEqualTo(code);
        // The key of the first stream is cached.
        assertThat(codeOf(() -> Samples.seal(encryption, StreamIdentity.of("payments"), Samples.PLAINTEXT.clone())))
                .isEqualTo(code);
    }

    @Test
    void aRecordOpensAgainOnceItsKeyIsBack() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        kms.disableKey(keyArn);
        assertThat(codeOf(() -> Samples.open(encryption, Samples.ORDERS, envelope)))
                .isEqualTo(ErrorCode.KEY_DISABLED);

        kms.enableKey(keyArn);

        // The one that was refused remembers it for half a minute.
        try (var reader = Samples.encryption(Keyrings.awsKms(keyArn, kms.client()))) {
            assertThat(Samples.open(reader, Samples.ORDERS, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void anInterruptedKeyCallIsTransient() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        kms.faults().inject(KmsFault.exception("Decrypt", () -> AbortedException.create("Thread was interrupted")));

        assertThat(codeOf(() -> Samples.open(encryption, Samples.ORDERS, envelope)))
                .isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    }

    @Test
    void aTransientFailureKeepsTheServicesExceptionAsItsCause() {
        kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION));

        assertThatThrownBy(() -> Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone()))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.failureClass()).isEqualTo(FailureClass.TRANSIENT_KEY))
                .hasCauseInstanceOf(SdkClientException.class);
    }

    @Test
    void aFailureOfUnknownKindHoldsTheKeyResponsibleNotTheRecord() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        kms.faults()
                .inject(KmsFault.exception("Decrypt", () -> new IllegalStateException("a bug in somebody's client")));

        assertThat(codeOf(() -> Samples.open(encryption, Samples.ORDERS, envelope)))
                .isEqualTo(ErrorCode.KEY_FAILURE);
    }

    @Test
    void anAlteredEncryptedDataKeyIsTheRecordsFault() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        // Commitment, tag, frame length and content type are the 53 last bytes of the header; the data key ends before
        // them.
        envelope[EnvelopeInfo.read(envelope).headerSizeBytes() - 54] ^= 1;

        assertThatThrownBy(() -> Samples.open(encryption, Samples.ORDERS, envelope))
                .isInstanceOfSatisfying(
                        KinesisEncryptionException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED))
                .hasNoCause();
    }

    @Test
    @Requirement("M11")
    void aRecordUnderAForeignKeyCausesNoKmsCall() {
        byte[] envelope = Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
        kms.resetCalls();
        try (var other = Samples.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            kms.resetCalls();

            assertThat(codeOf(() -> Samples.open(other, Samples.ORDERS, envelope)))
                    .isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
            assertThat(kms.calls().values()).allMatch(count -> count == 0);
        }
    }
}
