// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static io.kinesisencryption.testkit.kms.Keyrings.CRYPTO;
import static io.kinesisencryption.testkit.kms.Keyrings.PROVIDERS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.amazonaws.encryptionsdk.ParsedCiphertext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInternalException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.CollectionOfErrors;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsDiscoveryKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.DiscoveryFilter;

/** The AWS Encryption SDK over this KMS, and the errors that reach its caller when KMS fails. */
class EncryptionSdkTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders");
    private static final byte[] PLAINTEXT = "a record".getBytes(UTF_8);

    private final InMemoryKms kms = InMemoryKms.create();
    private final String keyArn = kms.createKey();
    private final IKeyring keyring = Keyrings.awsKms(kms.client(), keyArn);

    @Test
    void aKmsKeyringEncryptsAndDecryptsWithOneCallEach() {
        byte[] message = encrypt(keyring);

        assertThat(decrypt(keyring, message)).isEqualTo(PLAINTEXT);
        assertThat(kms.calls()).isEqualTo(Map.of("GenerateDataKey", 1L, "Decrypt", 1L));
        assertThat(new ParsedCiphertext(message).getEncryptedKeyBlobs())
                .singleElement()
                .satisfies(key -> {
                    assertThat(key.getEncryptedDataKey()).hasSize(184);
                    assertThat(new String(key.getProviderInformation(), UTF_8)).isEqualTo(keyArn);
                });
    }

    @Test
    void theServiceSeesTheEncryptionContext() {
        List<KmsCall> calls = new ArrayList<>();
        kms.onEachCall(calls::add);

        decrypt(keyring, encrypt(keyring));

        assertThat(calls).extracting(KmsCall::encryptionContext).containsExactly(CONTEXT, CONTEXT);
    }

    @Test
    void aMultiKeyringIsOpenedByEitherKey() {
        IKeyring other = Keyrings.awsKms(kms.client(), kms.createKey());
        byte[] message = encrypt(PROVIDERS.CreateMultiKeyring(CreateMultiKeyringInput.builder()
                .generator(keyring)
                .childKeyrings(List.of(other))
                .build()));

        assertThat(decrypt(keyring, message)).isEqualTo(PLAINTEXT);
        assertThat(decrypt(other, message)).isEqualTo(PLAINTEXT);
        assertThat(kms.callCount("Encrypt")).isEqualTo(1);
    }

    @Test
    void aMultiRegionKeyringOpensWhatAnotherRegionSealed() {
        String primary = kms.createMultiRegionKey();
        String replica = kms.replicateKey(primary, Region.EU_WEST_1);
        IKeyring here = PROVIDERS.CreateAwsKmsMrkKeyring(CreateAwsKmsMrkKeyringInput.builder()
                .kmsClient(kms.client())
                .kmsKeyId(primary)
                .build());
        IKeyring there = PROVIDERS.CreateAwsKmsMrkKeyring(CreateAwsKmsMrkKeyringInput.builder()
                .kmsClient(kms.client("reader", Region.EU_WEST_1))
                .kmsKeyId(replica)
                .build());

        assertThat(decrypt(there, encrypt(here))).isEqualTo(PLAINTEXT);
    }

    @Test
    void aDiscoveryKeyringOpensItWithoutKnowingTheKey() {
        IKeyring discovery = PROVIDERS.CreateAwsKmsDiscoveryKeyring(CreateAwsKmsDiscoveryKeyringInput.builder()
                .kmsClient(kms.client())
                .discoveryFilter(DiscoveryFilter.builder()
                        .partition("aws")
                        .accountIds(List.of(kms.accountId()))
                        .build())
                .build());

        assertThat(decrypt(discovery, encrypt(keyring))).isEqualTo(PLAINTEXT);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(
                        "throttled",
                        (kms, key) -> kms.faults().inject(KmsFault.throttled(KmsFault.ANY_OPERATION)),
                        KmsException.class),
                failure("denied", (kms, key) -> kms.deny("*", key), KmsException.class),
                failure(
                        "broken",
                        (kms, key) -> kms.faults().inject(KmsFault.internalFailure(KmsFault.ANY_OPERATION)),
                        KmsInternalException.class),
                failure(
                        "down",
                        (kms, key) -> kms.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION)),
                        SdkClientException.class),
                failure(
                        "slow",
                        (kms, key) -> kms.faults().inject(KmsFault.timeout(KmsFault.ANY_OPERATION)),
                        ApiCallTimeoutException.class),
                failure("disabled", InMemoryKms::disableKey, DisabledException.class),
                failure(
                        "pending deletion",
                        (kms, key) -> kms.scheduleKeyDeletion(key, Duration.ofDays(7)),
                        KmsInvalidStateException.class),
                failure("deleted", InMemoryKms::deleteImmediately, NotFoundException.class));
    }

    private static Arguments failure(
            String name, BiConsumer<InMemoryKms, String> cause, Class<? extends RuntimeException> type) {
        return Arguments.argumentSet(name, cause, type);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFailsInKmsReachesTheCallerAsTheSdksOwnClass(
            BiConsumer<InMemoryKms, String> cause, Class<? extends RuntimeException> type) {
        byte[] message = encrypt(keyring);
        cause.accept(kms, keyArn);

        assertThat(catchThrowable(() -> encrypt(keyring))).isExactlyInstanceOf(type);
        assertThat(errorsOfDecryption(message)).singleElement().isExactlyInstanceOf(type);
    }

    @Test
    void aChangedEncryptedDataKeyIsAnInvalidCiphertext() {
        byte[] message = encrypt(keyring);
        byte[] dataKey =
                new ParsedCiphertext(message).getEncryptedKeyBlobs().get(0).getEncryptedDataKey();
        message[indexOf(message, dataKey) + dataKey.length - 1] ^= 1;

        assertThat(errorsOfDecryption(message)).singleElement().isInstanceOf(InvalidCiphertextException.class);
    }

    @Test
    void aChangedEncryptionContextIsAnInvalidCiphertext() {
        byte[] message = encrypt(keyring);
        message[indexOf(message, "orders".getBytes(UTF_8))] ^= 1;

        assertThat(errorsOfDecryption(message)).singleElement().isInstanceOf(InvalidCiphertextException.class);
    }

    @Test
    void anEncryptedDataKeyUnderAnotherKeysNameIsAnIncorrectKey() {
        String other = kms.createKey();
        byte[] message = encrypt(keyring);
        byte[] name = other.getBytes(UTF_8);
        System.arraycopy(name, 0, message, indexOf(message, keyArn.getBytes(UTF_8)), name.length);

        assertThatThrownBy(() -> decrypt(Keyrings.awsKms(kms.client(), other), message))
                .isInstanceOfSatisfying(
                        CollectionOfErrors.class,
                        errors -> assertThat(errors.list()).singleElement().isInstanceOf(IncorrectKeyException.class));
    }

    private List<RuntimeException> errorsOfDecryption(byte[] message) {
        Throwable thrown = catchThrowable(() -> decrypt(keyring, message));
        assertThat(thrown).isInstanceOf(CollectionOfErrors.class);
        return ((CollectionOfErrors) thrown).list();
    }

    private static byte[] encrypt(IKeyring keyring) {
        return CRYPTO.encryptData(keyring, PLAINTEXT, CONTEXT).getResult();
    }

    private static byte[] decrypt(IKeyring keyring, byte[] message) {
        return CRYPTO.decryptData(keyring, message).getResult();
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int index = new String(bytes, ISO_8859_1).indexOf(new String(part, ISO_8859_1));
        assertThat(index).isNotNegative();
        return index;
    }
}
