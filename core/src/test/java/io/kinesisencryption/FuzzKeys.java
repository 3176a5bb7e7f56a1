// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;

/** The owner of keys that the fuzz targets open envelopes with. */
final class FuzzKeys {
    /** Accepts every suite, and never waits for the limit of loads. One for the process, which starts threads: Jazzer makes a target for each input. */
    static final KinesisEncryption ENCRYPTION = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes(FuzzInputs.NAMESPACE, FuzzInputs.KEY_NAME, FuzzInputs.WRAPPING_KEY))
            .acceptedSuites(AlgorithmSuite.values())
            .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
            .build();

    static final RecordDecryptor DECRYPTOR = ENCRYPTION.decryptor(Samples.ORDERS);

    private FuzzKeys() {}
}
