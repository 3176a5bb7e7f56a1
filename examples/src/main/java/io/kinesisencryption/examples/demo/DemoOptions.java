// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.examples.stream.Batching;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the demonstration is asked to do.
 *
 * @param input a file of one record a line, or null to generate records
 * @param keyField the JSON field that is the partition key; null for the line number, or the customer of a generated record
 * @param maxRecords how many records to generate, or to read at most
 * @param seed what the generated records are made from
 * @param shards how many shards the stream has
 * @param encryptorOptions how records are sealed
 * @param batching how records travel together, or null if each one travels alone
 */
public record DemoOptions(
        @Nullable Path input,
        @Nullable String keyField,
        long maxRecords,
        long seed,
        int shards,
        EncryptorOptions encryptorOptions,
        @Nullable Batching batching) {
    /** What the input is called in the report. */
    String source() {
        return input == null ? "generated order events (seed %d)".formatted(seed) : "lines of " + input;
    }
}
