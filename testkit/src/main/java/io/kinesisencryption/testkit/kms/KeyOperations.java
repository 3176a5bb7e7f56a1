// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.CreateAliasRequest;
import software.amazon.awssdk.services.kms.model.CreateAliasResponse;
import software.amazon.awssdk.services.kms.model.CreateKeyRequest;
import software.amazon.awssdk.services.kms.model.CreateKeyResponse;
import software.amazon.awssdk.services.kms.model.DeleteAliasRequest;
import software.amazon.awssdk.services.kms.model.DeleteAliasResponse;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.DisableKeyRequest;
import software.amazon.awssdk.services.kms.model.DisableKeyResponse;
import software.amazon.awssdk.services.kms.model.EnableKeyRequest;
import software.amazon.awssdk.services.kms.model.EnableKeyResponse;
import software.amazon.awssdk.services.kms.model.KeyListEntry;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.ListKeysResponse;
import software.amazon.awssdk.services.kms.model.OriginType;
import software.amazon.awssdk.services.kms.model.ReplicateKeyRequest;
import software.amazon.awssdk.services.kms.model.ReplicateKeyResponse;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.UpdateAliasRequest;
import software.amazon.awssdk.services.kms.model.UpdateAliasResponse;

/** The operations that make, describe and change keys and aliases. Thread-safe. */
final class KeyOperations {
    static final int DEFAULT_DELETION_WAIT_DAYS = 30;

    private static final Set<KeySpec> SPECS =
            Set.of(KeySpec.SYMMETRIC_DEFAULT, KeySpec.HMAC_224, KeySpec.HMAC_256, KeySpec.HMAC_384, KeySpec.HMAC_512);
    private static final Pattern ALIAS = Pattern.compile("alias/[a-zA-Z0-9/_-]{1,250}");

    private final KeyStore keys;
    private final AccessRules access;

    KeyOperations(KeyStore keys, AccessRules access) {
        this.keys = keys;
        this.access = access;
    }

    CreateKeyResponse createKey(Caller caller, CreateKeyRequest request) {
        requireAccess(caller, "CreateKey", AccessRules.ANY);
        KeySpec spec = request.keySpec() == null ? KeySpec.SYMMETRIC_DEFAULT : request.keySpec();
        boolean plainOrigin = request.origin() == null || request.origin() == OriginType.AWS_KMS;
        if (!SPECS.contains(spec) || !plainOrigin || request.customKeyStoreId() != null) {
            throw new UnsupportedOperationException("InMemoryKms makes keys of its own material with one of " + SPECS
                    + "; the request asks for " + spec + (plainOrigin ? "" : " of origin " + request.origin()));
        }
        KeyUsageType usage = request.keyUsage() == null ? KeyUsageType.ENCRYPT_DECRYPT : request.keyUsage();
        if (usage != KmsKey.usageOf(spec)) {
            throw KmsErrors.validation(caller, "KeyUsage " + usage + " is not compatible with KeySpec " + spec);
        }
        String description = request.description() == null ? "" : request.description();
        KmsKey key = keys.create(caller.region(), spec, Boolean.TRUE.equals(request.multiRegion()), description);
        return CreateKeyResponse.builder().keyMetadata(key.metadata()).build();
    }

    DescribeKeyResponse describeKey(Caller caller, DescribeKeyRequest request) {
        return DescribeKeyResponse.builder()
                .keyMetadata(permitted(caller, "DescribeKey", request.keyId()).metadata())
                .build();
    }

    /** Every key of the caller's region in one page. */
    ListKeysResponse listKeys(Caller caller) {
        requireAccess(caller, "ListKeys", AccessRules.ANY);
        List<KeyListEntry> entries = keys.inRegion(caller.region()).stream()
                .map(key -> KeyListEntry.builder()
                        .keyId(key.keyId())
                        .keyArn(key.arn())
                        .build())
                .toList();
        return ListKeysResponse.builder().keys(entries).truncated(false).build();
    }

    EnableKeyResponse enableKey(Caller caller, EnableKeyRequest request) {
        KmsKey key = permitted(caller, "EnableKey", request.keyId());
        refusePendingDeletion(caller, key);
        key.setEnabled(true);
        return EnableKeyResponse.builder().build();
    }

    DisableKeyResponse disableKey(Caller caller, DisableKeyRequest request) {
        KmsKey key = permitted(caller, "DisableKey", request.keyId());
        refusePendingDeletion(caller, key);
        key.setEnabled(false);
        return DisableKeyResponse.builder().build();
    }

    ScheduleKeyDeletionResponse scheduleKeyDeletion(Caller caller, ScheduleKeyDeletionRequest request) {
        int days = request.pendingWindowInDays() == null ? DEFAULT_DELETION_WAIT_DAYS : request.pendingWindowInDays();
        Limits.requireRange(
                caller,
                "pendingWindowInDays",
                "value",
                days,
                Limits.MIN_DELETION_WAIT_DAYS,
                Limits.MAX_DELETION_WAIT_DAYS);
        KmsKey key = permitted(caller, "ScheduleKeyDeletion", request.keyId());
        refusePendingDeletion(caller, key);
        return ScheduleKeyDeletionResponse.builder()
                .keyId(key.arn())
                .deletionDate(key.scheduleDeletion(Duration.ofDays(days)))
                .keyState(KeyState.PENDING_DELETION)
                .pendingWindowInDays(days)
                .build();
    }

    CancelKeyDeletionResponse cancelKeyDeletion(Caller caller, CancelKeyDeletionRequest request) {
        KmsKey key = permitted(caller, "CancelKeyDeletion", request.keyId());
        if (key.state() != KeyState.PENDING_DELETION) {
            throw KmsErrors.invalidState(caller, key.arn() + " is not pending deletion.");
        }
        key.setEnabled(false);
        return CancelKeyDeletionResponse.builder().keyId(key.arn()).build();
    }

    ReplicateKeyResponse replicateKey(Caller caller, ReplicateKeyRequest request) {
        String region = Limits.requirePresent(caller, "replicaRegion", request.replicaRegion());
        KmsKey key = permitted(caller, "ReplicateKey", request.keyId());
        if (!key.isMultiRegion()) {
            throw KmsErrors.unsupportedOperation(caller, key.arn() + " is not a multi-Region primary key.");
        }
        KmsKey replica = keys.replicate(key, region)
                .orElseThrow(() -> KmsErrors.alreadyExists(
                        caller, "The key " + key.keyId() + " already exists in region " + region));
        return ReplicateKeyResponse.builder()
                .replicaKeyMetadata(replica.metadata())
                .build();
    }

    CreateAliasResponse createAlias(Caller caller, CreateAliasRequest request) {
        String alias = requireAlias(caller, request.aliasName());
        KmsKey key = permitted(caller, "CreateAlias", request.targetKeyId());
        refusePendingDeletion(caller, key);
        if (!keys.addAlias(caller.region(), alias, key.arn())) {
            throw KmsErrors.alreadyExists(
                    caller, "An alias with the name " + keys.aliasArn(caller.region(), alias) + " already exists");
        }
        return CreateAliasResponse.builder().build();
    }

    UpdateAliasResponse updateAlias(Caller caller, UpdateAliasRequest request) {
        String alias = requireAlias(caller, request.aliasName());
        KmsKey key = permitted(caller, "UpdateAlias", request.targetKeyId());
        refusePendingDeletion(caller, key);
        if (!keys.updateAlias(caller.region(), alias, key.arn())) {
            throw aliasNotFound(caller, alias);
        }
        return UpdateAliasResponse.builder().build();
    }

    DeleteAliasResponse deleteAlias(Caller caller, DeleteAliasRequest request) {
        String alias = requireAlias(caller, request.aliasName());
        permitted(caller, "DeleteAlias", alias);
        if (!keys.removeAlias(caller.region(), alias)) {
            throw aliasNotFound(caller, alias);
        }
        return DeleteAliasResponse.builder().build();
    }

    private RuntimeException aliasNotFound(Caller caller, String alias) {
        return KmsErrors.notFound(caller, "Alias " + keys.aliasArn(caller.region(), alias) + " is not found.");
    }

    private static String requireAlias(Caller caller, @Nullable String alias) {
        String name = Limits.requirePresent(caller, "aliasName", alias);
        if (!ALIAS.matcher(name).matches() || name.startsWith("alias/aws/")) {
            throw KmsErrors.invalidAliasName(
                    caller, "An alias must be alias/ and 1 to 250 of [a-zA-Z0-9/_-], and not begin with alias/aws/");
        }
        return name;
    }

    private KmsKey permitted(Caller caller, String operation, @Nullable String keyId) {
        KmsKey key = keys.resolve(caller, Limits.requirePresent(caller, "keyId", keyId));
        requireAccess(caller, operation, key.arn());
        return key;
    }

    private void requireAccess(Caller caller, String operation, String keyArn) {
        if (!access.allows(caller.principal(), operation, keyArn)) {
            throw KmsErrors.accessDenied(caller, operation, keyArn);
        }
    }

    private static void refusePendingDeletion(Caller caller, KmsKey key) {
        if (key.state() == KeyState.PENDING_DELETION) {
            throw KmsErrors.invalidState(caller, key.arn() + " is pending deletion.");
        }
    }
}
