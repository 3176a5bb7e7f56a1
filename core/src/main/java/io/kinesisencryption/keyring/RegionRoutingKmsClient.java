// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.materials.KmsKeyArn;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;

/**
 * A client that decrypts, in the region of the key that a request names, and does nothing else. One call for a record whatever its region, where
 * the library's own discovery over several regions would ask each of them in turn. Thread-safe.
 */
final class RegionRoutingKmsClient implements KmsClient {
    private final RegionalKmsClients clients;

    RegionRoutingKmsClient(RegionalKmsClients clients) {
        this.clients = clients;
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        ByteBuffer keyArn = ByteBuffer.wrap(String.valueOf(request.keyId()).getBytes(StandardCharsets.UTF_8));
        KmsKeyArn key = KmsKeyArn.find(keyArn)
                .orElseThrow(() -> new IllegalArgumentException("Decrypt is only routed for the ARN of a key"));
        return clients.in(key.region()).decrypt(request);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        clients.close();
    }
}
