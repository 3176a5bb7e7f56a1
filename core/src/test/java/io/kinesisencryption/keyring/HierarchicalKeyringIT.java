// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import static io.kinesisencryption.Samples.codeOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbServiceClientConfiguration;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.RequestLimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.cryptography.keystore.KeyStore;
import software.amazon.cryptography.keystore.model.CreateKeyInput;
import software.amazon.cryptography.keystore.model.CreateKeyStoreInput;
import software.amazon.cryptography.keystore.model.KMSConfiguration;
import software.amazon.cryptography.keystore.model.KeyStoreConfig;
import software.amazon.cryptography.keystore.model.VersionKeyInput;

/** The hierarchical keyring over a real DynamoDB table. */
class HierarchicalKeyringIT {
    private static final String TABLE = "branch-keys";
    private static final InMemoryKms KMS =
            InMemoryKms.builder().region(Region.EU_WEST_1).build();
    private static final String KEY = KMS.createMultiRegionKey();
    private static LocalDynamoDb dynamoDb;
    private static KeyStore keyStore;

    private final String branchKey =
            keyStore.CreateKey(CreateKeyInput.builder().build()).branchKeyIdentifier();

    @BeforeAll
    static void start() {
        dynamoDb = LocalDynamoDb.start();
        keyStore = KeyStore.builder()
                .KeyStoreConfig(KeyStoreConfig.builder()
                        .ddbClient(dynamoDb.client())
                        .ddbTableName(TABLE)
                        .logicalKeyStoreName("orders-store")
                        .kmsClient(KMS.client())
                        .kmsConfiguration(
                                KMSConfiguration.builder().kmsKeyArn(KEY).build())
                        .build())
                .build();
        keyStore.CreateKeyStore(CreateKeyStoreInput.builder().build());
    }

    @AfterAll
    static void stop() {
        dynamoDb.close();
    }

    private Keyring keyring() {
        return keyring(dynamoDb.client());
    }

    private Keyring keyring(DynamoDbClient client) {
        return builder().clients(KMS.client(), client).build();
    }

    private AwsKmsHierarchicalBuilder builder() {
        KMS.resetCalls();
        return Keyrings.awsKmsHierarchical()
                .branchKeyId(branchKey)
                .tableName(TABLE)
                .logicalKeyStoreName("orders-store")
                .kmsKey(KEY)
                .timeToLive(Duration.ofMinutes(1))
                .maxCacheEntries(10);
    }

    private static byte[] seal(KinesisEncryption encryption) {
        return Samples.seal(encryption, Samples.ORDERS, Samples.PLAINTEXT.clone());
    }

    private static byte[] open(KinesisEncryption encryption, byte[] envelope) {
        return Samples.open(encryption, Samples.ORDERS, envelope);
    }

    @Test
    void aRecordIsSealedAndOpenedWithOneKmsCallForManyDataKeys() {
        Keyring keyring = keyring();
        try (KinesisEncryption writer = Samples.encryption(keyring)) {
            byte[] envelope = seal(writer);
            for (int i = 0; i < 5; i++) {
                writer.rotateNow();
                seal(writer);
            }

            assertThat(KMS.calls()).isEqualTo(Map.of("Decrypt", 1L));
            assertThat(EnvelopeInfo.read(envelope).wrappingKeys()).containsExactly("aws-kms-hierarchy " + branchKey);
            assertThat(open(writer, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    /** The figures of docs/keyrings.md, with the random branch key ids that the key store makes. */
    @Test
    void aBranchKeyCostsARecordLessThanAnAwsKmsKey() {
        try (KinesisEncryption hierarchical = Samples.encryption(keyring());
                KinesisEncryption kms = Samples.encryption(Keyrings.awsKms(KEY, KMS.client()))) {
            int ofKms = 6 + 7 + KEY.length() + 184;

            assertThat(seal(kms).length - seal(hierarchical).length).isEqualTo(ofKms - 151);
        }
    }

    /** What the IAM policies of docs/keyrings.md allow: the table is read item by item, and the key decrypts. */
    @Test
    void writersAndReadersOnlyReadTheTable() {
        Set<String> operations = new TreeSet<>();
        DynamoDbClient watched = new WatchedDynamoDb(dynamoDb.client(), operations);
        try (KinesisEncryption owner = Samples.encryption(keyring(watched))) {
            open(owner, seal(owner));
        }

        assertThat(operations).isEqualTo(Set.of("GetItem"));
        assertThat(KMS.calls().keySet()).isEqualTo(Set.of("Decrypt"));
    }

    @Test
    void recordsOfAnOlderVersionOfTheBranchKeyStayReadable() {
        byte[] old;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            old = seal(writer);
        }
        keyStore.VersionKey(
                VersionKeyInput.builder().branchKeyIdentifier(branchKey).build());
        try (KinesisEncryption reader = Samples.encryption(keyring())) {
            assertThat(open(reader, seal(reader))).isEqualTo(Samples.PLAINTEXT);
            assertThat(open(reader, old)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void aBranchKeyOfAMultiRegionKeyIsUsedThroughItsReplica() {
        byte[] envelope;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            envelope = seal(writer);
        }
        String replicaOfKey = KMS.replicateKey(KEY, Region.US_EAST_1);
        Keyring elsewhere = builder()
                .kmsKey(replicaOfKey)
                .clients(KMS.client("reader", Region.US_EAST_1), dynamoDb.client())
                .build();
        try (KinesisEncryption reader = Samples.encryption(elsewhere)) {
            assertThat(open(reader, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void aRecordOfAnotherBranchKeyIsRefusedBeforeAnyCall() {
        byte[] envelope;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            envelope = seal(writer);
        }
        String otherBranchKey =
                keyStore.CreateKey(CreateKeyInput.builder().build()).branchKeyIdentifier();
        try (KinesisEncryption reader = Samples.encryption(builder()
                .branchKeyId(otherBranchKey)
                .clients(KMS.client(), new FailingDynamoDb(AssertionError::new))
                .build())) {
            assertThat(codeOf(() -> open(reader, envelope))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
            assertThat(KMS.calls()).isEmpty();
        }
    }

    @Test
    void aBranchKeyThatDoesNotExistIsAKeyFailure() {
        Keyring keyring = builder()
                .branchKeyId("nobody")
                .clients(KMS.client(), dynamoDb.client())
                .build();
        try (KinesisEncryption writer = Samples.encryption(keyring)) {
            assertThat(codeOf(() -> seal(writer))).isEqualTo(ErrorCode.KEY_FAILURE);
        }
    }

    @Test
    void aChangedEncryptedDataKeyIsTheRecordsFault() {
        byte[] envelope;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            envelope = seal(writer);
        }
        // Commitment, tag, frame length and content type are the 53 last bytes of the header; the data key ends before
        // them.
        envelope[EnvelopeInfo.read(envelope).headerSizeBytes() - 54] ^= 1;
        try (KinesisEncryption reader = Samples.encryption(keyring())) {
            assertThat(codeOf(() -> open(reader, envelope))).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        }
    }

    private static Arguments trouble(String name, ErrorCode code, Supplier<? extends Throwable> failure) {
        return Arguments.argumentSet(name, code, failure);
    }

    private static AwsErrorDetails details(String code) {
        return AwsErrorDetails.builder().errorCode(code).errorMessage(code).build();
    }

    static Stream<Arguments> tableTroubles() {
        return Stream.of(
                trouble(
                        "throughput exceeded",
                        ErrorCode.KEY_UNAVAILABLE,
                        () -> ProvisionedThroughputExceededException.builder()
                                .statusCode(400)
                                .awsErrorDetails(details("ProvisionedThroughputExceededException"))
                                .message("slow down")
                                .build()),
                trouble(
                        "request limit",
                        ErrorCode.KEY_UNAVAILABLE,
                        () -> RequestLimitExceededException.builder()
                                .statusCode(400)
                                .awsErrorDetails(details("RequestLimitExceeded"))
                                .message("slow down")
                                .build()),
                trouble(
                        "throttled",
                        ErrorCode.KEY_UNAVAILABLE,
                        () -> DynamoDbException.builder()
                                .statusCode(400)
                                .awsErrorDetails(details("ThrottlingException"))
                                .message("slow down")
                                .build()),
                trouble(
                        "internal error",
                        ErrorCode.KEY_UNAVAILABLE,
                        () -> InternalServerErrorException.builder()
                                .statusCode(500)
                                .awsErrorDetails(details("InternalServerError"))
                                .message("oh")
                                .build()),
                trouble("unreachable", ErrorCode.KEY_UNAVAILABLE, () -> SdkClientException.create("no route to host")),
                trouble(
                        "no table",
                        ErrorCode.KEY_NOT_FOUND,
                        () -> ResourceNotFoundException.builder()
                                .statusCode(400)
                                .awsErrorDetails(details("ResourceNotFoundException"))
                                .message("Requested resource not found")
                                .build()),
                trouble(
                        "denied",
                        ErrorCode.KEY_DENIED,
                        () -> DynamoDbException.builder()
                                .statusCode(400)
                                .awsErrorDetails(details("AccessDeniedException"))
                                .message("not authorized to perform: dynamodb:Query")
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("tableTroubles")
    void whatTheTableAnswersIsTold(ErrorCode code, Supplier<? extends Throwable> failure) {
        byte[] envelope;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            envelope = seal(writer);
        }
        try (KinesisEncryption owner = Samples.encryption(keyring(new FailingDynamoDb(failure)))) {
            assertThat(codeOf(() -> seal(owner))).isEqualTo(code);
            assertThat(codeOf(() -> open(owner, envelope))).isEqualTo(code);
        }
    }

    static Stream<Arguments> kmsTroubles() {
        return Stream.of(
                Arguments.argumentSet("throttled", ErrorCode.KEY_UNAVAILABLE, (Runnable)
                        () -> KMS.faults().inject(KmsFault.throttled(KmsFault.ANY_OPERATION))),
                Arguments.argumentSet("internal error", ErrorCode.KEY_UNAVAILABLE, (Runnable)
                        () -> KMS.faults().inject(KmsFault.internalFailure(KmsFault.ANY_OPERATION))),
                Arguments.argumentSet("unreachable", ErrorCode.KEY_UNAVAILABLE, (Runnable)
                        () -> KMS.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION))),
                Arguments.argumentSet("disabled", ErrorCode.KEY_DISABLED, (Runnable) () -> KMS.disableKey(KEY)),
                Arguments.argumentSet("denied", ErrorCode.KEY_DENIED, (Runnable) () -> KMS.deny("*", KEY)));
    }

    @ParameterizedTest
    @MethodSource("kmsTroubles")
    void whatKmsAnswersIsTold(ErrorCode code, Runnable cause) {
        byte[] envelope;
        try (KinesisEncryption writer = Samples.encryption(keyring())) {
            envelope = seal(writer);
        }
        cause.run();
        try (KinesisEncryption owner = Samples.encryption(keyring())) {
            assertThat(codeOf(() -> seal(owner))).isEqualTo(code);
            assertThat(codeOf(() -> open(owner, envelope))).isEqualTo(code);
        } finally {
            KMS.faults().clear();
            KMS.clearAccessRules();
            KMS.enableKey(KEY);
        }
    }

    /** A table whose reads are noted; every other operation is unsupported. */
    private record WatchedDynamoDb(DynamoDbClient delegate, Set<String> operations) implements DynamoDbClient {
        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            operations.add("GetItem");
            return delegate.getItem(request);
        }

        @Override
        public QueryResponse query(QueryRequest request) {
            operations.add("Query");
            return delegate.query(request);
        }

        @Override
        public DynamoDbServiceClientConfiguration serviceClientConfiguration() {
            return delegate.serviceClientConfiguration();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            operations.add("close");
        }
    }

    /** A table that answers every read with a failure. */
    private record FailingDynamoDb(Supplier<? extends Throwable> failure) implements DynamoDbClient {
        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            throw thrown();
        }

        @Override
        public QueryResponse query(QueryRequest request) {
            throw thrown();
        }

        private RuntimeException thrown() {
            Throwable throwable = failure.get();
            if (throwable instanceof Error error) {
                throw error;
            }
            return (RuntimeException) throwable;
        }

        @Override
        public DynamoDbServiceClientConfiguration serviceClientConfiguration() {
            return DynamoDbServiceClientConfiguration.builder()
                    .region(Region.EU_WEST_1)
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
