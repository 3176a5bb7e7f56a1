// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.materials.KeyServiceCalls;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsServiceClientConfiguration;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;

/**
 * A client that does what keyrings do, through another one: each call waits until the load that it is of may make it. What no keyring does it
 * does not do. Thread-safe.
 */
final class LimitedKmsClient implements KmsClient {
    private final KmsClient client;

    LimitedKmsClient(KmsClient client) {
        this.client = client;
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        KeyServiceCalls.begin();
        return client.decrypt(request);
    }

    @Override
    public EncryptResponse encrypt(EncryptRequest request) {
        KeyServiceCalls.begin();
        return client.encrypt(request);
    }

    @Override
    public GenerateDataKeyResponse generateDataKey(GenerateDataKeyRequest request) {
        KeyServiceCalls.begin();
        return client.generateDataKey(request);
    }

    @Override
    public KmsServiceClientConfiguration serviceClientConfiguration() {
        return client.serviceClientConfiguration();
    }

    @Override
    public String serviceName() {
        return client.serviceName();
    }

    @Override
    public void close() {
        client.close();
    }
}
