// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.CompactKeySection;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader finds the keys of records: the place for a cache. Keys are found by the whole of their section, never by less. Thread-safe.
 */
public interface RecordKeyLookup {
    /**
     * Finds a key that is there already. Asked first, for every record.
     *
     * @param section a view of the record: not to be kept
     * @return the key with a lease, for the caller to release; or null
     */
    @Nullable
    RecordKey find(CompactKeySection section);

    /**
     * Whether a key is there already. Asked ahead, for a batch of records, and not counted as a look-up.
     *
     * @param section a view of a record: not to be kept
     * @return whether {@link #find} would most likely find it
     */
    boolean has(CompactKeySection section);

    /**
     * Finds or loads a key, after everything was checked that can be checked without one.
     *
     * @param group whom the key is for, a shard for example
     * @param section a copy, which may be kept
     * @return the key with a lease, for the caller to release
     * @throws KinesisEncryptionException if the key cannot be had, or is not the one that the section commits to
     */
    RecordKey load(Object group, CompactKeySection section);
}
