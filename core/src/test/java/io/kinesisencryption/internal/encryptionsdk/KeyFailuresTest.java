// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.encryptionsdk.exception.AwsCryptoException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.MalformedEnvelopeException;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.RequestLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kms.model.DependencyTimeoutException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.InvalidGrantTokenException;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.KeyUnavailableException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInternalException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.cryptography.materialproviders.model.AwsCryptographicMaterialProvidersException;
import software.amazon.cryptography.materialproviders.model.CollectionOfErrors;

/**
 * What a failure is taken for decides whether a consumer tries again, waits for an operator or takes the record for forged. The exceptions are bare of
 * code and status where the material providers library hands them on so.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // Never thrown: told apart by identity.
class KeyFailuresTest {
    private static final RuntimeException UNREACHABLE = SdkClientException.create("no route to host");
    private static final RuntimeException DENIED = service("AccessDeniedException", 400);
    private static final RuntimeException DISABLED =
            DisabledException.builder().message("disabled").build();
    private static final RuntimeException FORGED =
            InvalidCiphertextException.builder().build();
    private static final RuntimeException NO_MATCH = AwsCryptographicMaterialProvidersException.builder()
            .message("Unable to decrypt: aws-kms\nfaked")
            .build();

    private static RuntimeException service(String code, int status) {
        return KmsException.builder()
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .statusCode(status)
                .message(code)
                .build();
    }

    private static RuntimeException invalidState(String message) {
        return KmsInvalidStateException.builder().message(message).build();
    }

    private static RuntimeException collection(RuntimeException... failures) {
        return CollectionOfErrors.builder()
                .message("several")
                .list(List.of(failures))
                .build();
    }

    static Stream<Arguments> answers() {
        List<Arguments> all = new ArrayList<>();
        for (Throwable mild : List.of(
                UNREACHABLE,
                service("ThrottlingException", 400),
                service("anything", 500),
                service("anything", 503),
                KmsInternalException.builder().build(),
                DependencyTimeoutException.builder().build(),
                KeyUnavailableException.builder().build(),
                ProvisionedThroughputExceededException.builder().build(),
                RequestLimitExceededException.builder().build(),
                InternalServerErrorException.builder().build())) {
            all.add(Arguments.of(mild, ErrorCode.KEY_UNAVAILABLE, ErrorCode.KEY_UNAVAILABLE));
        }
        for (String code : List.of(
                "AccessDeniedException",
                "AccessDenied",
                "UnrecognizedClientException",
                "IncompleteSignature",
                "InvalidSignatureException",
                "ExpiredTokenException",
                "MissingAuthenticationToken",
                "NotAuthorized",
                "OptInRequired")) {
            all.add(Arguments.of(service(code, 400), ErrorCode.KEY_DENIED, ErrorCode.KEY_DENIED));
        }
        addSame(all, KmsException.builder().statusCode(403).build(), ErrorCode.KEY_DENIED);
        addSame(all, InvalidGrantTokenException.builder().build(), ErrorCode.KEY_DENIED);
        addSame(all, DISABLED, ErrorCode.KEY_DISABLED);
        addSame(all, invalidState("the key is Pending Deletion."), ErrorCode.KEY_PENDING_DELETION);
        addSame(all, invalidState("the key is pending import."), ErrorCode.KEY_DISABLED);
        addSame(all, invalidState(null), ErrorCode.KEY_DISABLED);
        addSame(all, NotFoundException.builder().build(), ErrorCode.KEY_NOT_FOUND);
        addSame(all, ResourceNotFoundException.builder().build(), ErrorCode.KEY_NOT_FOUND);
        addSame(all, service("anything", 499), ErrorCode.KEY_FAILURE);
        addSame(all, KmsException.builder().statusCode(400).build(), ErrorCode.KEY_FAILURE);
        addSame(all, new IllegalStateException("a bug in somebody's client"), ErrorCode.KEY_FAILURE);
        for (Throwable ofTheRecord : List.of(
                FORGED,
                IncorrectKeyException.builder().build(),
                InvalidKeyUsageException.builder().build(),
                new AwsCryptoException("bad header"),
                new AEADBadTagException("Tag mismatch"))) {
            all.add(Arguments.of(ofTheRecord, ErrorCode.AUTHENTICATION_FAILED, ErrorCode.KEY_FAILURE));
        }
        all.add(Arguments.of(NO_MATCH, ErrorCode.KEY_NOT_CONFIGURED, ErrorCode.KEY_FAILURE));
        return all.stream();
    }

    private static void addSame(List<Arguments> all, Throwable failure, ErrorCode code) {
        all.add(Arguments.of(failure, code, code));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatIsAnsweredIsToldToReadersAndToWriters(Throwable failure, ErrorCode toReaders, ErrorCode toWriters) {
        Throwable wrapped = new IllegalStateException(new RuntimeException(failure));

        assertThat(KeyFailures.onDecrypt(failure, "orders").code()).isEqualTo(toReaders);
        assertThat(KeyFailures.onDecrypt(wrapped, "orders").code()).isEqualTo(toReaders);
        assertThat(KeyFailures.onEncrypt(failure, "orders").code()).isEqualTo(toWriters);
        assertThat(KeyFailures.onEncrypt(wrapped, "orders").code()).isEqualTo(toWriters);
        assertThat(KeyFailures.onBlindingSecret(failure, "arn:aws:kms:x")).satisfies(e -> {
            assertThat(e.code()).isEqualTo(toWriters);
            assertThat(e).hasMessageContaining("blinding secret").hasMessageContaining("arn:aws:kms:x");
        });
    }

    /** A record that one of several keys may open later is not lost. */
    @Test
    void theMildestOfSeveralAnswersDecidesAndOfEquallyMildOnesTheFirst() {
        RuntimeException[] mildestFirst = {UNREACHABLE, DENIED, FORGED, NO_MATCH};
        for (int mild = 0; mild < mildestFirst.length; mild++) {
            ErrorCode expected =
                    KeyFailures.onDecrypt(mildestFirst[mild], "orders").code();
            for (int other = mild; other < mildestFirst.length; other++) {
                for (RuntimeException failure : List.of(
                        collection(mildestFirst[mild], mildestFirst[other]),
                        collection(mildestFirst[other], mildestFirst[mild]),
                        collection(new RuntimeException(collection(mildestFirst[other])), mildestFirst[mild]),
                        new RuntimeException(collection(mildestFirst[other], collection(mildestFirst[mild]))))) {
                    assertThat(KeyFailures.onDecrypt(failure, "orders").code())
                            .as("%d beside %d", mild, other)
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(KeyFailures.onDecrypt(collection(DENIED, DISABLED), "orders").code())
                .isEqualTo(ErrorCode.KEY_DENIED);
        assertThat(KeyFailures.onDecrypt(collection(DISABLED, DENIED), "orders").code())
                .isEqualTo(ErrorCode.KEY_DISABLED);
        assertThat(KeyFailures.onDecrypt(
                                CollectionOfErrors.builder().message("none").build(), "orders")
                        .code())
                .isEqualTo(ErrorCode.KEY_FAILURE);
    }

    @Test
    void exceptionsThatCauseEachOtherAreAKeyFailure() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("other", one));

        assertThat(KeyFailures.onDecrypt(one, "orders").code()).isEqualTo(ErrorCode.KEY_FAILURE);
    }

    @Test
    void theCauseIsTheServicesExceptionUnlessItQuotesTheRecord() {
        RuntimeException wrapped = new RuntimeException(collection(FORGED, UNREACHABLE));
        assertThat(KeyFailures.onDecrypt(wrapped, "orders"))
                .hasMessageContaining("orders")
                .hasMessageContaining("SdkClientException: no route to host")
                .hasCause(UNREACHABLE);
        assertThat(KeyFailures.onDecrypt(new RuntimeException(DENIED), "orders"))
                .hasCause(DENIED);
        assertThat(KeyFailures.onDecrypt(new IllegalStateException(), "orders"))
                .hasMessageEndingWith(": IllegalStateException");
        assertThat(KeyFailures.onEncrypt(NO_MATCH, "orders")).hasCause(NO_MATCH);
        assertThat(KeyFailures.onDecrypt(NO_MATCH, "orders"))
                .hasMessageContaining("aws-kms?faked")
                .hasNoCause();
        assertThat(KeyFailures.onDecrypt(FORGED, "orders")).hasNoCause();
    }

    @Test
    void withADataKeyAtHandWhatTheEncryptionSdkRefusesIsTheRecordsFaultOnTheWayOut() {
        for (RuntimeException refusal : List.of(
                new AwsCryptoException("bad header"),
                new RuntimeException(new SignatureException("no point")),
                new IllegalArgumentException("no point"))) {
            assertThat(KeyFailures.onOpen(refusal, "orders"))
                    .hasMessageContaining("orders")
                    .hasNoCause()
                    .extracting(KinesisEncryptionException::code)
                    .isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            assertThat(KeyFailures.onSeal(refusal, "orders"))
                    .hasMessageContaining("could not encrypt with a data key from the keyring orders")
                    .hasCause(refusal)
                    .extracting(KinesisEncryptionException::code)
                    .isEqualTo(ErrorCode.KEY_FAILURE);
        }
        RuntimeException bug = new IllegalStateException("a bug in somebody's provider");
        assertThat(KeyFailures.onOpen(bug, "orders"))
                .hasMessageContaining("could not decrypt with a data key from the keyring orders")
                .hasCause(bug)
                .extracting(KinesisEncryptionException::code)
                .isEqualTo(ErrorCode.KEY_FAILURE);
    }

    @Test
    void anErrorOfOursThatCameThroughTheEncryptionSdkStaysWhatItIs() {
        KinesisEncryptionException ours = new MalformedEnvelopeException("ours", null);

        assertThat(KeyFailures.onOpen(ours, "orders")).isSameAs(ours);
        assertThat(KeyFailures.onSeal(ours, "orders")).isSameAs(ours);
    }
}
