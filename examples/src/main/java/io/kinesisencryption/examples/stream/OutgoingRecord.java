// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import io.kinesisencryption.examples.line.Line;
import java.util.Objects;

/**
 * A line on its way into a stream.
 *
 * @param line the line, whose bytes are the record's plaintext
 * @param partitionKey 1 to 256 characters
 */
public record OutgoingRecord(Line line, String partitionKey) {
    /** Refuses nulls. */
    public OutgoingRecord {
        Objects.requireNonNull(line, "line");
        Objects.requireNonNull(partitionKey, "partitionKey");
    }
}
