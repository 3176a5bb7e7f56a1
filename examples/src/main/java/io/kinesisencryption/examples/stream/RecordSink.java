// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import java.io.IOException;

/** Takes the decrypted data of user records, in the order of each shard. */
public interface RecordSink {
    /**
     * Takes the data of one user record.
     *
     * @param data its plaintext
     * @throws IOException if it cannot be written
     */
    void accept(byte[] data) throws IOException;

    /**
     * Hands on what was taken so far.
     *
     * @throws IOException if it cannot be written
     */
    void flush() throws IOException;
}
