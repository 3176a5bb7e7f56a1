// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.producer.internal.SafeListener;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an encrypting client was configured with.
 *
 * @param encryption whose keys are used
 * @param encryptorOptions how records are sealed unless a rule says otherwise
 * @param rules what is done with which stream, or null if every stream is encrypted
 * @param maxRecordSizeBytes the largest record of every stream, or 0 if it is each stream's own
 * @param maxRequestSizeBytes the largest request
 * @param clientTimeout the {@code apiCallTimeout} of the client that sends, or null
 * @param listener who is told
 * @param nanoClock the time for deadlines and ages
 */
record ClientSettings(
        KinesisEncryption encryption,
        EncryptorOptions encryptorOptions,
        @Nullable StreamRules rules,
        int maxRecordSizeBytes,
        int maxRequestSizeBytes,
        @Nullable Duration clientTimeout,
        SafeListener<ProducerListener> listener,
        LongSupplier nanoClock) {}
