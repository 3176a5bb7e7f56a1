// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactKeySection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader looks for a key that it has loaded before: the place for a cache. Keys are found by the whole of their section, never by less.
 * Thread-safe.
 */
public interface RecordKeyLookup {
    /** Keeps nothing: each record's key is loaded, used once and destroyed. */
    RecordKeyLookup NONE = new RecordKeyLookup() {
        @Override
        public @Nullable RecordKey find(CompactKeySection section) {
            return null;
        }

        @Override
        public RecordKey load(CompactKeySection section, Supplier<RecordKey> loader) {
            // Closed under its lease, so that it is destroyed with it.
            try (RecordKey key = loader.get()) {
                key.tryLease();
                return key;
            }
        }
    };

    /**
     * Finds a key that is there already. Asked first, for every record.
     *
     * @param section a view of the record: not to be kept
     * @return the key with a lease, for the caller to release; or null
     */
    @Nullable
    RecordKey find(CompactKeySection section);

    /**
     * Finds or loads a key, after everything was checked that can be checked without one.
     *
     * @param section a copy, which may be kept
     * @param loader asks the key service, once
     * @return the key with a lease, for the caller to release
     */
    RecordKey load(CompactKeySection section, Supplier<RecordKey> loader);
}
