// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.InvalidAliasNameException;
import software.amazon.awssdk.services.kms.model.KeyListEntry;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.NotFoundException;

class KeyLifecycleTest {
    private static final SdkBytes MESSAGE = SdkBytes.fromUtf8String("a message");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MutableClock clock = new MutableClock(START);
    private final InMemoryKms kms = InMemoryKms.builder().clock(clock).build();
    private final KmsClient client = kms.client();
    private final String keyArn = kms.createKey();

    @Test
    void createdKeysAreDescribed() {
        KeyMetadata created = client.createKey(r -> r.description("orders")).keyMetadata();

        KeyMetadata described = client.describeKey(r -> r.keyId(created.arn())).keyMetadata();
        assertThat(described).isEqualTo(created);
        assertThat(described.keyState()).isEqualTo(KeyState.ENABLED);
        assertThat(described.keyUsage()).isEqualTo(KeyUsageType.ENCRYPT_DECRYPT);
        assertThat(described.creationDate()).isEqualTo(START);
        assertThat(described.awsAccountId()).isEqualTo("123456789012");
        assertThat(described.description()).isEqualTo("orders");
        assertThat(client.listKeys().keys())
                .extracting(KeyListEntry::keyArn)
                .containsExactlyInAnyOrder(keyArn, created.arn());
    }

    @Test
    void macKeysAreCreatedByTheClientToo() {
        KeyMetadata created = client.createKey(
                        r -> r.keySpec(KeySpec.HMAC_256).keyUsage(KeyUsageType.GENERATE_VERIFY_MAC))
                .keyMetadata();

        assertThat(created.macAlgorithmsAsStrings()).containsExactly("HMAC_SHA_256");
        assertThatThrownBy(() -> client.createKey(r -> r.keySpec(KeySpec.HMAC_256)))
                .isInstanceOf(KmsException.class)
                .hasMessageContaining("not compatible");
    }

    @Test
    void keysItCannotMakeAreUnsupportedNotFaked() {
        assertThatThrownBy(() -> client.createKey(r -> r.keySpec(KeySpec.RSA_2048)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("RSA_2048");
    }

    @Test
    void aDisabledKeyRefusesUntilItIsEnabled() {
        SdkBytes ciphertext = encrypt();
        kms.disableKey(keyArn);

        assertThatThrownBy(this::encrypt).isInstanceOf(DisabledException.class);
        assertThatThrownBy(() -> client.decrypt(r -> r.ciphertextBlob(ciphertext)))
                .isInstanceOf(DisabledException.class);

        kms.enableKey(keyArn);
        assertThatCode(() -> client.decrypt(r -> r.ciphertextBlob(ciphertext))).doesNotThrowAnyException();
    }

    @Test
    void theClientDisablesAndEnablesToo() {
        client.disableKey(r -> r.keyId(keyArn));
        assertThatThrownBy(this::encrypt).isInstanceOf(DisabledException.class);

        client.enableKey(r -> r.keyId(keyArn));
        assertThatCode(this::encrypt).doesNotThrowAnyException();
    }

    @Test
    void aKeyPendingDeletionRefusesAndIsGoneOnceItsWaitIsOver() {
        client.scheduleKeyDeletion(r -> r.keyId(keyArn).pendingWindowInDays(7));

        assertThatThrownBy(this::encrypt).isInstanceOf(KmsInvalidStateException.class);
        assertThatThrownBy(() -> client.enableKey(r -> r.keyId(keyArn))).isInstanceOf(KmsInvalidStateException.class);
        assertThat(client.describeKey(r -> r.keyId(keyArn)).keyMetadata().deletionDate())
                .isEqualTo(START.plus(Duration.ofDays(7)));

        clock.advance(Duration.ofDays(7));
        assertThatThrownBy(this::encrypt).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aCancelledDeletionLeavesTheKeyDisabled() {
        kms.scheduleKeyDeletion(keyArn, Duration.ofDays(7));
        client.cancelKeyDeletion(r -> r.keyId(keyArn));

        assertThatThrownBy(this::encrypt).isInstanceOf(DisabledException.class);
        assertThatThrownBy(() -> client.cancelKeyDeletion(r -> r.keyId(keyArn)))
                .isInstanceOf(KmsInvalidStateException.class);
        assertThatThrownBy(() -> kms.cancelKeyDeletion(keyArn)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeyDeletedImmediatelyIsNotFoundAndItsAliasNeither() {
        kms.createAlias("alias/orders", keyArn);
        kms.deleteImmediately(keyArn);

        assertThatThrownBy(this::encrypt).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.describeKey(r -> r.keyId("alias/orders")))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aliasesAreCreatedMovedAndDeleted() {
        String other = kms.createKey();
        client.createAlias(r -> r.aliasName("alias/orders").targetKeyId(keyArn));
        assertThatThrownBy(() ->
                        client.createAlias(r -> r.aliasName("alias/orders").targetKeyId(other)))
                .isInstanceOf(AlreadyExistsException.class);

        client.updateAlias(r -> r.aliasName("alias/orders").targetKeyId(other));
        assertThat(client.describeKey(r -> r.keyId("alias/orders"))
                        .keyMetadata()
                        .arn())
                .isEqualTo(other);

        client.deleteAlias(r -> r.aliasName("alias/orders"));
        assertThatThrownBy(() -> client.describeKey(r -> r.keyId("alias/orders")))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.createAlias(r -> r.aliasName("orders").targetKeyId(keyArn)))
                .isInstanceOf(InvalidAliasNameException.class);
    }

    @Test
    void aReplicaHasAStateOfItsOwn() {
        String primary = kms.createMultiRegionKey();
        client.replicateKey(r -> r.keyId(primary).replicaRegion("eu-west-1"));
        kms.disableKey(primary);

        KmsClient inEurope = kms.client(InMemoryKms.DEFAULT_PRINCIPAL, Region.EU_WEST_1);
        String replica = primary.replace("us-east-1", "eu-west-1");
        assertThatCode(() -> inEurope.encrypt(r -> r.keyId(replica).plaintext(MESSAGE)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> client.replicateKey(r -> r.keyId(primary).replicaRegion("eu-west-1")))
                .isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> client.replicateKey(r -> r.keyId(keyArn).replicaRegion("eu-west-1")))
                .isInstanceOf(KmsException.class);
    }

    @Test
    void theTestsOwnMethodsNameAKeyThatIsNotThere() {
        assertThatThrownBy(() -> kms.disableKey("arn:aws:kms:us-east-1:123456789012:key/none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key/none");
        assertThatThrownBy(() -> kms.replicateKey(keyArn, Region.EU_WEST_1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a multi-Region key");
        assertThatThrownBy(() -> kms.createAlias("orders", keyArn)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kms.scheduleKeyDeletion(keyArn, Duration.ofDays(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private SdkBytes encrypt() {
        return client.encrypt(r -> r.keyId(keyArn).plaintext(MESSAGE)).ciphertextBlob();
    }
}
