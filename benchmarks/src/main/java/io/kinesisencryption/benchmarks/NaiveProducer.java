// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.UserRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AesWrappingAlg;
import software.amazon.cryptography.materialproviders.model.CreateRawAesKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/**
 * What one writes who has the Encryption SDK and no library: each record encrypted by itself under a keyring that asks no service, and as many as a
 * call takes put at once. Thread-safe.
 */
final class NaiveProducer {
    private static final int RECORDS_OF_CALL = 500;
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", Samples.STREAM.name());

    private final KinesisAsyncClient client;
    private final AwsCrypto crypto = AwsCrypto.builder()
            .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
            .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
            .build();
    private final IKeyring keyring = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build()
            .CreateRawAesKeyring(CreateRawAesKeyringInput.builder()
                    .keyNamespace("benchmarks")
                    .keyName("key")
                    .wrappingKey(ByteBuffer.wrap(Samples.bytes(32)))
                    .wrappingAlg(AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16)
                    .build());

    NaiveProducer(KinesisAsyncClient client) {
        this.client = client;
    }

    /** Puts records as fast as this thread can. */
    void put(Workload workload, int count) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>(RECORDS_OF_CALL);
        for (int i = 1; i <= count; i++) {
            UserRecord record = workload.next();
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey(record.partitionKey())
                    .data(SdkBytes.fromByteArrayUnsafe(
                            crypto.encryptData(keyring, record.data(), CONTEXT).getResult()))
                    .build());
            if (entries.size() == RECORDS_OF_CALL || i == count) {
                var unused = client.putRecords(PutRecordsRequest.builder()
                                .streamName(Samples.STREAM.name())
                                .records(entries)
                                .build())
                        .join();
                entries.clear();
            }
        }
    }
}
