// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsServiceClientConfiguration;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.CreateAliasRequest;
import software.amazon.awssdk.services.kms.model.CreateAliasResponse;
import software.amazon.awssdk.services.kms.model.CreateKeyRequest;
import software.amazon.awssdk.services.kms.model.CreateKeyResponse;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.DeleteAliasRequest;
import software.amazon.awssdk.services.kms.model.DeleteAliasResponse;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.DisableKeyRequest;
import software.amazon.awssdk.services.kms.model.DisableKeyResponse;
import software.amazon.awssdk.services.kms.model.EnableKeyRequest;
import software.amazon.awssdk.services.kms.model.EnableKeyResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextResponse;
import software.amazon.awssdk.services.kms.model.GenerateMacRequest;
import software.amazon.awssdk.services.kms.model.GenerateMacResponse;
import software.amazon.awssdk.services.kms.model.GenerateRandomRequest;
import software.amazon.awssdk.services.kms.model.GenerateRandomResponse;
import software.amazon.awssdk.services.kms.model.KmsResponse;
import software.amazon.awssdk.services.kms.model.ListKeysRequest;
import software.amazon.awssdk.services.kms.model.ListKeysResponse;
import software.amazon.awssdk.services.kms.model.ReEncryptRequest;
import software.amazon.awssdk.services.kms.model.ReEncryptResponse;
import software.amazon.awssdk.services.kms.model.ReplicateKeyRequest;
import software.amazon.awssdk.services.kms.model.ReplicateKeyResponse;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.UpdateAliasRequest;
import software.amazon.awssdk.services.kms.model.UpdateAliasResponse;
import software.amazon.awssdk.services.kms.model.VerifyMacRequest;
import software.amazon.awssdk.services.kms.model.VerifyMacResponse;

/** One principal's client in one region. Each call is counted, told to the faults, and handed to the operations. Thread-safe. */
final class InMemoryKmsClient implements KmsClient {
    private static final SdkHttpResponse OK =
            SdkHttpResponse.builder().statusCode(200).build();

    private final InMemoryKms kms;
    private final String principal;
    private final KmsServiceClientConfiguration configuration;
    private final String region;
    private volatile boolean closed;

    InMemoryKmsClient(InMemoryKms kms, String principal, KmsServiceClientConfiguration configuration) {
        this.kms = kms;
        this.principal = principal;
        this.configuration = configuration;
        this.region = configuration.region().id();
    }

    @Override
    public CancelKeyDeletionResponse cancelKeyDeletion(CancelKeyDeletionRequest request) {
        return call("CancelKeyDeletion", request.keyId(), request, kms.keyOperations()::cancelKeyDeletion);
    }

    @Override
    public CreateAliasResponse createAlias(CreateAliasRequest request) {
        return call("CreateAlias", request.targetKeyId(), request, kms.keyOperations()::createAlias);
    }

    @Override
    public CreateKeyResponse createKey(CreateKeyRequest request) {
        return call("CreateKey", null, request, kms.keyOperations()::createKey);
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        return call(
                "Decrypt",
                request.keyId(),
                request.encryptionContext(),
                request,
                kms.cryptographicOperations()::decrypt);
    }

    @Override
    public DeleteAliasResponse deleteAlias(DeleteAliasRequest request) {
        return call("DeleteAlias", request.aliasName(), request, kms.keyOperations()::deleteAlias);
    }

    @Override
    public DescribeKeyResponse describeKey(DescribeKeyRequest request) {
        return call("DescribeKey", request.keyId(), request, kms.keyOperations()::describeKey);
    }

    @Override
    public DisableKeyResponse disableKey(DisableKeyRequest request) {
        return call("DisableKey", request.keyId(), request, kms.keyOperations()::disableKey);
    }

    @Override
    public EnableKeyResponse enableKey(EnableKeyRequest request) {
        return call("EnableKey", request.keyId(), request, kms.keyOperations()::enableKey);
    }

    @Override
    public EncryptResponse encrypt(EncryptRequest request) {
        return call(
                "Encrypt",
                request.keyId(),
                request.encryptionContext(),
                request,
                kms.cryptographicOperations()::encrypt);
    }

    @Override
    public GenerateDataKeyResponse generateDataKey(GenerateDataKeyRequest request) {
        return call(
                "GenerateDataKey",
                request.keyId(),
                request.encryptionContext(),
                request,
                kms.cryptographicOperations()::generateDataKey);
    }

    @Override
    public GenerateDataKeyWithoutPlaintextResponse generateDataKeyWithoutPlaintext(
            GenerateDataKeyWithoutPlaintextRequest request) {
        return call(
                "GenerateDataKeyWithoutPlaintext",
                request.keyId(),
                request.encryptionContext(),
                request,
                kms.cryptographicOperations()::generateDataKeyWithoutPlaintext);
    }

    @Override
    public GenerateMacResponse generateMac(GenerateMacRequest request) {
        return call("GenerateMac", request.keyId(), request, kms.cryptographicOperations()::generateMac);
    }

    @Override
    public GenerateRandomResponse generateRandom(GenerateRandomRequest request) {
        return call("GenerateRandom", null, request, kms.cryptographicOperations()::generateRandom);
    }

    @Override
    public ListKeysResponse listKeys(ListKeysRequest request) {
        return call(
                "ListKeys",
                null,
                request,
                (caller, ignored) -> kms.keyOperations().listKeys(caller));
    }

    @Override
    public ReEncryptResponse reEncrypt(ReEncryptRequest request) {
        return call(
                "ReEncrypt",
                request.destinationKeyId(),
                request.sourceEncryptionContext(),
                request,
                kms.cryptographicOperations()::reEncrypt);
    }

    @Override
    public ReplicateKeyResponse replicateKey(ReplicateKeyRequest request) {
        return call("ReplicateKey", request.keyId(), request, kms.keyOperations()::replicateKey);
    }

    @Override
    public ScheduleKeyDeletionResponse scheduleKeyDeletion(ScheduleKeyDeletionRequest request) {
        return call("ScheduleKeyDeletion", request.keyId(), request, kms.keyOperations()::scheduleKeyDeletion);
    }

    @Override
    public UpdateAliasResponse updateAlias(UpdateAliasRequest request) {
        return call("UpdateAlias", request.targetKeyId(), request, kms.keyOperations()::updateAlias);
    }

    @Override
    public VerifyMacResponse verifyMac(VerifyMacRequest request) {
        return call("VerifyMac", request.keyId(), request, kms.cryptographicOperations()::verifyMac);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public KmsServiceClientConfiguration serviceClientConfiguration() {
        return configuration;
    }

    /** Closes this client only; its calls throw from then on, as those of a closed SDK client do. */
    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "InMemoryKmsClient[" + principal + ", " + region + "]";
    }

    private <Q, R extends KmsResponse> R call(
            String operation, @Nullable String keyId, Q request, BiFunction<Caller, Q, R> work) {
        return call(operation, keyId, Map.of(), request, work);
    }

    private <Q, R extends KmsResponse> R call(
            String operation,
            @Nullable String keyId,
            Map<String, String> encryptionContext,
            Q request,
            BiFunction<Caller, Q, R> work) {
        if (closed) {
            throw new IllegalStateException("This KMS client is closed; " + operation + " cannot be called");
        }
        Caller caller = kms.caller(principal, region);
        KmsFault fault = kms.begin(new KmsCall(operation, principal, region, keyId, encryptionContext));
        if (fault != null && !fault.isAfterSuccess()) {
            throw fault.exception(caller);
        }
        R response = work.apply(caller, request);
        if (fault != null) {
            throw fault.exception(caller);
        }
        return withMetadata(response, caller);
    }

    /** Adds what an SDK response carries beside its members: callers log the request id and look at the HTTP status. */
    @SuppressWarnings("unchecked") // a response's builder builds that response
    private static <R extends KmsResponse> R withMetadata(R response, Caller caller) {
        return (R) response.toBuilder()
                .responseMetadata(caller.responseMetadata())
                .sdkHttpResponse(OK)
                .build();
    }
}
