// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import com.amazonaws.encryptionsdk.CryptoMaterialsManager;
import com.amazonaws.encryptionsdk.caching.CachingCryptoMaterialsManager;
import com.amazonaws.encryptionsdk.caching.LocalCryptoMaterialsCache;
import com.amazonaws.encryptionsdk.kmssdkv2.KmsMasterKeyProvider;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The peer of the Encryption SDK format: the SDK itself with its older caching materials manager, which takes master keys and no keyrings. Same
 * suite, same context, and one frame that is no larger than the payload asks for.
 */
final class LegacySdk {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", Samples.STREAM.name());
    private static final int CACHED_KEYS = 100;

    private final AwsCrypto crypto;
    private final CryptoMaterialsManager materials;

    LegacySdk(int payloadBytes) {
        InMemoryKms kms = InMemoryKms.create();
        KmsMasterKeyProvider provider = KmsMasterKeyProvider.builder()
                .customRegionalClientSupplier(region -> kms.client())
                .buildStrict(kms.createKey());
        materials = CachingCryptoMaterialsManager.newBuilder()
                .withMasterKeyProvider(provider)
                .withCache(new LocalCryptoMaterialsCache(CACHED_KEYS))
                .withMaxAge(1, TimeUnit.DAYS)
                .build();
        crypto = AwsCrypto.builder()
                .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
                .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
                .withEncryptionFrameSize(payloadBytes + 1)
                .build();
    }

    byte[] seal(byte[] payload) {
        return crypto.encryptData(materials, payload, CONTEXT).getResult();
    }

    byte[] open(byte[] message) {
        return crypto.decryptData(materials, message).getResult();
    }
}
