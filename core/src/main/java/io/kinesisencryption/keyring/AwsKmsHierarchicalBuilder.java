// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.materials.KmsKeyArn;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.keyring.Keyring.Traits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.keystore.KeyStore;
import software.amazon.cryptography.keystore.model.KMSConfiguration;
import software.amazon.cryptography.keystore.model.KeyStoreConfig;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.CacheType;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsHierarchicalKeyringInput;
import software.amazon.cryptography.materialproviders.model.DefaultCache;

/**
 * Configures a hierarchical keyring: data keys are protected by a branch key, which lies in a DynamoDB table, protected by an AWS KMS key, and is
 * kept in memory for a while. KMS is asked once a branch key, process and time to live instead of once a data key. The table and the branch key are
 * made beforehand, with the {@code KeyStore} of the AWS Cryptographic Material Providers library. Not thread-safe; the keyring is.
 */
public final class AwsKmsHierarchicalBuilder {
    private static final String PROVIDER = "aws-kms-hierarchy";
    private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9_.-]{3,255}");
    private static final int MAX_NAME_BYTES = 512;
    private static final Duration MAX_TIME_TO_LIVE = Duration.ofHours(24);
    private static final int MAX_CACHE_ENTRIES = 1_000_000;

    private @Nullable String branchKeyId;
    private @Nullable String tableName;
    private @Nullable String logicalKeyStoreName;
    private @Nullable KmsKeyArn kmsKey;
    private Duration timeToLive = Duration.ofMinutes(10);
    private int maxCacheEntries = 1_000;
    private @Nullable KmsClient kmsClient;
    private @Nullable DynamoDbClient dynamoDbClient;

    AwsKmsHierarchicalBuilder() {}

    /**
     * Sets the branch key. Required.
     *
     * @param branchKeyId as the key store's {@code CreateKey} gave or took it, written into every record
     * @return this
     * @throws IllegalArgumentException if it is empty or longer than 512 bytes
     */
    public AwsKmsHierarchicalBuilder branchKeyId(String branchKeyId) {
        this.branchKeyId = checkedName("branch key id", branchKeyId);
        return this;
    }

    /**
     * Sets the DynamoDB table that holds the branch keys. Required.
     *
     * @param tableName the table's name, not its ARN
     * @return this
     * @throws IllegalArgumentException if no table can have that name
     */
    public AwsKmsHierarchicalBuilder tableName(String tableName) {
        if (!TABLE_NAME.matcher(Objects.requireNonNull(tableName, "tableName")).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not the name of a DynamoDB table; one has 3 to 255 letters, digits, _, - or ."
                            .formatted(tableName));
        }
        this.tableName = tableName;
        return this;
    }

    /**
     * Sets the logical name of the key store, which is bound to every branch key in it.
     *
     * @param logicalKeyStoreName as it was when the branch keys were made; the table's name unless set
     * @return this
     * @throws IllegalArgumentException if it is empty or longer than 512 bytes
     */
    public AwsKmsHierarchicalBuilder logicalKeyStoreName(String logicalKeyStoreName) {
        this.logicalKeyStoreName = checkedName("logical key store name", logicalKeyStoreName);
        return this;
    }

    /**
     * Sets the AWS KMS key that protects the branch keys. Required. Of a multi-Region key the replica that is named here is used, also for branch
     * keys that were made in another region.
     *
     * @param keyArn the ARN of the key
     * @return this
     * @throws IllegalArgumentException if it is not the ARN of a key
     */
    public AwsKmsHierarchicalBuilder kmsKey(String keyArn) {
        this.kmsKey = KmsKeyArn.parse(keyArn);
        return this;
    }

    /**
     * Sets how long a branch key stays in memory. Until it ends, a new version of the branch key and a permission that was taken away go unnoticed.
     *
     * @param timeToLive 1 second to 24 hours, in whole seconds; 10 minutes unless set
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public AwsKmsHierarchicalBuilder timeToLive(Duration timeToLive) {
        if (timeToLive.compareTo(Duration.ofSeconds(1)) < 0
                || timeToLive.compareTo(MAX_TIME_TO_LIVE) > 0
                || !timeToLive.equals(timeToLive.truncatedTo(ChronoUnit.SECONDS))) {
            throw new IllegalArgumentException(
                    "The time to live of branch keys is %s; it must be 1 second to 24 hours, in whole seconds"
                            .formatted(timeToLive));
        }
        this.timeToLive = timeToLive;
        return this;
    }

    /**
     * Sets how many branch keys stay in memory. Each version takes a place, and the newest takes two if it both writes and reads.
     *
     * @param maxCacheEntries 1 to 1,000,000; 1,000 unless set
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public AwsKmsHierarchicalBuilder maxCacheEntries(int maxCacheEntries) {
        if (maxCacheEntries < 1 || maxCacheEntries > MAX_CACHE_ENTRIES) {
            throw new IllegalArgumentException("The cache of branch keys has %d entries; it must have 1 to %d"
                    .formatted(maxCacheEntries, MAX_CACHE_ENTRIES));
        }
        this.maxCacheEntries = maxCacheEntries;
        return this;
    }

    /**
     * Sets the clients that are used, in place of clients of the keyring's own in the region of the AWS KMS key.
     *
     * @param kms for the key's region; it stays the caller's to close
     * @param dynamoDb for the table's region; it stays the caller's to close. Give both timeouts: the SDK's default is none.
     * @return this
     */
    public AwsKmsHierarchicalBuilder clients(KmsClient kms, DynamoDbClient dynamoDb) {
        this.kmsClient = Objects.requireNonNull(kms, "kms");
        this.dynamoDbClient = Objects.requireNonNull(dynamoDb, "dynamoDb");
        return this;
    }

    /**
     * Makes the keyring. Makes no network call.
     *
     * @return the keyring
     * @throws IllegalArgumentException if the AWS KMS client is of another region than the key
     * @throws IllegalStateException if something required is not set
     */
    public Keyring build() {
        String branchKey = required("branch key", branchKeyId, "branchKeyId(...)");
        String table = required("table", tableName, "tableName(...)");
        KmsKeyArn key = required("AWS KMS key", kmsKey, "kmsKey(arn)");
        Store store = new Store(
                branchKey,
                table,
                logicalKeyStoreName == null ? table : logicalKeyStoreName,
                key,
                timeToLive,
                maxCacheEntries);
        KmsClient kms = kmsClient;
        DynamoDbClient dynamoDb = dynamoDbClient;
        if (kms != null) {
            RegionalKmsClients.checkRegion(kms, key.region());
        }
        ByteBuffer expected = ByteBuffer.wrap(branchKey.getBytes(StandardCharsets.UTF_8));
        return new Keyring(
                "hierarchical, branch key %s of the table %s under AWS KMS %s".formatted(branchKey, table, key),
                Traits.ofWriter(Set.of(PROVIDER + " " + branchKey), false),
                (provider, info) -> PROVIDER.equals(provider) && expected.equals(info),
                () -> kms == null || dynamoDb == null
                        ? store.openWithOwnClients()
                        : new OpenKeyring(store.keyring(new LimitedKmsClient(kms), dynamoDb), () -> {}));
    }

    private static <T> T required(String what, @Nullable T value, String call) {
        if (value == null) {
            throw new IllegalStateException(
                    "The hierarchical keyring has no %s: call %s before build()".formatted(what, call));
        }
        return value;
    }

    private static String checkedName(String what, String value) {
        int sizeBytes = Objects.requireNonNull(value, what).getBytes(StandardCharsets.UTF_8).length;
        if (sizeBytes == 0 || sizeBytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "The %s '%s' has %d bytes; it must have 1 to %d".formatted(what, value, sizeBytes, MAX_NAME_BYTES));
        }
        return value;
    }

    private record Store(
            String branchKey,
            String table,
            String logicalName,
            KmsKeyArn key,
            Duration timeToLive,
            int maxCacheEntries) {
        OpenKeyring openWithOwnClients() {
            RegionalKmsClients kms = RegionalKmsClients.own().get();
            DynamoDbClient dynamoDb = DynamoDbClient.builder()
                    .region(key.region())
                    .overrideConfiguration(RegionalKmsClients::setTimeouts)
                    .build();
            Runnable closer = () -> {
                kms.close();
                dynamoDb.close();
            };
            try {
                return new OpenKeyring(keyring(kms.in(key.region()), dynamoDb), closer);
            } catch (RuntimeException e) {
                closer.run();
                throw e;
            }
        }

        IKeyring keyring(KmsClient kms, DynamoDbClient dynamoDb) {
            KMSConfiguration.Builder wrappingKey = KMSConfiguration.builder();
            if (key.isMultiRegion()) {
                wrappingKey.kmsMRKeyArn(key.text());
            } else {
                wrappingKey.kmsKeyArn(key.text());
            }
            KeyStore store = KeyStore.builder()
                    .KeyStoreConfig(KeyStoreConfig.builder()
                            .ddbClient(dynamoDb)
                            .ddbTableName(table)
                            .logicalKeyStoreName(logicalName)
                            .kmsClient(kms)
                            .kmsConfiguration(wrappingKey.build())
                            .build())
                    .build();
            return AwsKmsKeyrings.PROVIDERS.CreateAwsKmsHierarchicalKeyring(
                    CreateAwsKmsHierarchicalKeyringInput.builder()
                            .keyStore(store)
                            .branchKeyId(branchKey)
                            .ttlSeconds(timeToLive.toSeconds())
                            .cache(CacheType.builder()
                                    .Default(DefaultCache.builder()
                                            .entryCapacity(maxCacheEntries)
                                            .build())
                                    .build())
                            .build());
        }
    }
}
