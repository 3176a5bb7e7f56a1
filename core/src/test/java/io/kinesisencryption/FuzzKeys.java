// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;

/** The raw AES wrapping key of the test vectors, under which the kept inputs of the fuzz targets are sealed too. */
final class FuzzKeys {
    static final String NAMESPACE = "test";
    static final String NAME = "vectors";

    /** Accepts every suite, and never waits for the limit of loads. One for the process, which starts threads: Jazzer makes a target for each input. */
    static final KinesisEncryption ENCRYPTION = KinesisEncryption.builder()
            .keyring(Keyrings.rawAes(NAMESPACE, NAME, wrappingKey()))
            .acceptedSuites(AlgorithmSuite.values())
            .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
            .build();

    static final RecordDecryptor DECRYPTOR = ENCRYPTION.decryptor(Samples.ORDERS);

    private FuzzKeys() {}

    static byte[] wrappingKey() {
        return TestVectors.bytes("wrapping key", 32);
    }
}
