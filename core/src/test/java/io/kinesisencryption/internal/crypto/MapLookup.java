// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactKeySection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The simplest look-up by full identity. */
final class MapLookup implements RecordKeyLookup {
    final Map<CompactKeySection, RecordKey> keys = new ConcurrentHashMap<>();

    @Override
    public RecordKey find(CompactKeySection section) {
        RecordKey key = keys.get(section);
        return key != null && key.tryLease() ? key : null;
    }

    @Override
    public RecordKey load(CompactKeySection section, Supplier<RecordKey> loader) {
        RecordKey key = keys.computeIfAbsent(section, absent -> loader.get());
        if (!key.tryLease()) {
            throw new AssertionError("A cached key is closed");
        }
        return key;
    }
}
