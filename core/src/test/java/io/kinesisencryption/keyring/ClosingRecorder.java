// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import java.util.List;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsServiceClientConfiguration;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;

/** A client that notes that it was closed. */
record ClosingRecorder(KmsClient delegate, List<String> closed) implements KmsClient {
    @Override
    public GenerateDataKeyResponse generateDataKey(GenerateDataKeyRequest request) {
        return delegate.generateDataKey(request);
    }

    @Override
    public EncryptResponse encrypt(EncryptRequest request) {
        return delegate.encrypt(request);
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        return delegate.decrypt(request);
    }

    @Override
    public KmsServiceClientConfiguration serviceClientConfiguration() {
        return delegate.serviceClientConfiguration();
    }

    @Override
    public String serviceName() {
        return delegate.serviceName();
    }

    @Override
    public void close() {
        closed.add(delegate.toString());
    }
}
