// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/** The Encryption SDK as this project uses it, over a KMS client. */
final class Keyrings {
    static final MaterialProviders PROVIDERS = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build();

    static final AwsCrypto CRYPTO = AwsCrypto.builder()
            .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
            .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
            .build();

    private Keyrings() {}

    static IKeyring awsKms(KmsClient client, String keyArn) {
        return PROVIDERS.CreateAwsKmsKeyring(CreateAwsKmsKeyringInput.builder()
                .kmsClient(client)
                .kmsKeyId(keyArn)
                .build());
    }
}
