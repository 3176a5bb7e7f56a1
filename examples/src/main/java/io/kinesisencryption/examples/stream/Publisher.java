// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import java.util.Optional;

/** Puts lines into a stream. Not thread-safe but for {@link #unacknowledged()}. */
public sealed interface Publisher extends AutoCloseable permits BatchPublisher, RecordPublisher {
    /**
     * Takes a record, which may be sent later, together with others.
     *
     * @param record the record
     * @throws io.kinesisencryption.examples.failure.CommandException if records were not acknowledged, with the numbers of their lines
     */
    void put(OutgoingRecord record);

    /**
     * There is no further record at this moment, and maybe not for hours: those that were taken must not wait for it.
     *
     * @throws io.kinesisencryption.examples.failure.CommandException as {@link #put}
     */
    void inputPauses();

    /**
     * Sends the records that are waiting, and waits until all are acknowledged.
     *
     * @throws io.kinesisencryption.examples.failure.CommandException as {@link #put}
     */
    void flush();

    /** Waits for what is on its way already, however it ends: no further record will come. */
    void settle();

    /**
     * The records that were given and are not acknowledged. Those that are on their way may have been stored. Thread-safe.
     *
     * @return the beginning of a sentence, for example {@code lines 1-500 were}, or nothing if every record is acknowledged
     */
    Optional<String> unacknowledged();

    @Override
    void close();
}
