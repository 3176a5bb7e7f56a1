// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.OriginType;

/** A KMS key in one region: its identity, which never changes, and its state, which does. Thread-safe. */
final class KmsKey {
    private final String region;
    private final String accountId;
    private final String keyId;
    private final KeySpec spec;
    private final String description;
    private final Instant created;
    private final KeyMaterial material;
    private final Clock clock;

    /** Both in one object, so that a reader never sees the state of one moment with the date of another. */
    private volatile Status status = new Status(KeyState.ENABLED, null);

    private record Status(KeyState state, @Nullable Instant deletion) {}

    KmsKey(
            String region,
            String accountId,
            String keyId,
            KeySpec spec,
            String description,
            KeyMaterial material,
            Clock clock) {
        this.region = region;
        this.accountId = accountId;
        this.keyId = keyId;
        this.spec = spec;
        this.description = description;
        this.material = material;
        this.clock = clock;
        this.created = clock.instant();
        if (arn().length() > CiphertextBlob.MAX_ARN_SIZE_BYTES) {
            throw new IllegalArgumentException("The region " + region + " makes a key ARN of " + arn().length()
                    + " bytes; a ciphertext holds at most " + CiphertextBlob.MAX_ARN_SIZE_BYTES);
        }
    }

    KmsKey replicaIn(String otherRegion) {
        return new KmsKey(otherRegion, accountId, keyId, spec, description, material, clock);
    }

    static String arn(String region, String accountId, String keyId) {
        return "arn:aws:kms:" + region + ":" + accountId + ":key/" + keyId;
    }

    String arn() {
        return arn(region, accountId, keyId);
    }

    String region() {
        return region;
    }

    String keyId() {
        return keyId;
    }

    KeyMaterial material() {
        return material;
    }

    KeyUsageType usage() {
        return usageOf(spec);
    }

    static KeyUsageType usageOf(KeySpec spec) {
        return spec == KeySpec.SYMMETRIC_DEFAULT ? KeyUsageType.ENCRYPT_DECRYPT : KeyUsageType.GENERATE_VERIFY_MAC;
    }

    boolean isMultiRegion() {
        return keyId.startsWith("mrk-");
    }

    /** The algorithm of an HMAC key: {@code HMAC_SHA_256} for {@code HMAC_256}, and so on. */
    MacAlgorithmSpec macAlgorithm() {
        return MacAlgorithmSpec.fromValue(spec.toString().replace("HMAC_", "HMAC_SHA_"));
    }

    KeyState state() {
        return status.state();
    }

    /** Whether the waiting period before a scheduled deletion has passed. */
    boolean isGone() {
        Instant deletion = status.deletion();
        return deletion != null && !clock.instant().isBefore(deletion);
    }

    void setEnabled(boolean enabled) {
        status = new Status(enabled ? KeyState.ENABLED : KeyState.DISABLED, null);
    }

    Instant scheduleDeletion(Duration waitingPeriod) {
        Instant deletion = clock.instant().plus(waitingPeriod);
        status = new Status(KeyState.PENDING_DELETION, deletion);
        return deletion;
    }

    KeyMetadata metadata() {
        Status now = status;
        KeyMetadata.Builder metadata = KeyMetadata.builder()
                .awsAccountId(accountId)
                .keyId(keyId)
                .arn(arn())
                .creationDate(created)
                .enabled(now.state() == KeyState.ENABLED)
                .description(description)
                .keyUsage(usage())
                .keyState(now.state())
                .deletionDate(now.deletion())
                .origin(OriginType.AWS_KMS)
                .keyManager(KeyManagerType.CUSTOMER)
                .keySpec(spec)
                .multiRegion(isMultiRegion());
        if (spec == KeySpec.SYMMETRIC_DEFAULT) {
            metadata.encryptionAlgorithms(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT);
        } else {
            metadata.macAlgorithms(macAlgorithm());
        }
        return metadata.build();
    }

    @Override
    public String toString() {
        return "KmsKey[" + arn() + ", " + status.state().toString().toLowerCase(Locale.ROOT) + "]";
    }
}
