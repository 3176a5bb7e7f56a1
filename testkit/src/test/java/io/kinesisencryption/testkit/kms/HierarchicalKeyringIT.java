// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static io.kinesisencryption.testkit.kms.Keyrings.CRYPTO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.keystore.KeyStore;
import software.amazon.cryptography.keystore.model.CreateKeyInput;
import software.amazon.cryptography.keystore.model.CreateKeyStoreInput;
import software.amazon.cryptography.keystore.model.KMSConfiguration;
import software.amazon.cryptography.keystore.model.KeyStoreConfig;
import software.amazon.cryptography.keystore.model.VersionKeyInput;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsHierarchicalKeyringInput;

/** The one keyring that needs both halves of this testkit: branch keys in DynamoDB, wrapped by KMS. */
class HierarchicalKeyringIT {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders");
    private static final byte[] PLAINTEXT = "a record".getBytes(UTF_8);
    private static final long TTL_SECONDS = 600;

    @Test
    void aHierarchicalKeyringEncryptsAndDecryptsAcrossAVersionOfItsBranchKey() {
        InMemoryKms kms = InMemoryKms.create();
        try (LocalDynamoDb dynamoDb = LocalDynamoDb.start()) {
            KeyStore keyStore = keyStore(kms, dynamoDb);
            keyStore.CreateKeyStore(CreateKeyStoreInput.builder().build());
            String branchKey =
                    keyStore.CreateKey(CreateKeyInput.builder().build()).branchKeyIdentifier();
            byte[] old = CRYPTO.encryptData(keyring(keyStore, branchKey), PLAINTEXT, CONTEXT)
                    .getResult();
            keyStore.VersionKey(
                    VersionKeyInput.builder().branchKeyIdentifier(branchKey).build());
            kms.resetCalls();

            IKeyring reader = keyring(keyStore, branchKey);
            byte[] fresh = CRYPTO.encryptData(reader, PLAINTEXT, CONTEXT).getResult();

            assertThat(CRYPTO.decryptData(reader, old).getResult()).isEqualTo(PLAINTEXT);
            assertThat(CRYPTO.decryptData(reader, fresh).getResult()).isEqualTo(PLAINTEXT);
            assertThat(CRYPTO.decryptData(reader, fresh).getResult()).isEqualTo(PLAINTEXT);
            // The active version, the old one, and the new one by its version: then the keyring's cache answers.
            assertThat(kms.calls()).isEqualTo(Map.of("Decrypt", 3L));
        }
    }

    private static KeyStore keyStore(InMemoryKms kms, LocalDynamoDb dynamoDb) {
        return KeyStore.builder()
                .KeyStoreConfig(KeyStoreConfig.builder()
                        .ddbClient(dynamoDb.client())
                        .ddbTableName("branch-keys")
                        .logicalKeyStoreName("branch-keys")
                        .kmsClient(kms.client())
                        .kmsConfiguration(KMSConfiguration.builder()
                                .kmsKeyArn(kms.createKey())
                                .build())
                        .build())
                .build();
    }

    private static IKeyring keyring(KeyStore keyStore, String branchKey) {
        return Keyrings.PROVIDERS.CreateAwsKmsHierarchicalKeyring(CreateAwsKmsHierarchicalKeyringInput.builder()
                .keyStore(keyStore)
                .branchKeyId(branchKey)
                .ttlSeconds(TTL_SECONDS)
                .build());
    }
}
