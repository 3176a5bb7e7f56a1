// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.internal.envelope.CompactKeySection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The simplest look-up by full identity. */
final class MapLookup implements RecordKeyLookup {
    final Map<CompactKeySection, RecordKey> keys = new ConcurrentHashMap<>();
    private final RecordKeys source;

    MapLookup(RecordKeys source) {
        this.source = source;
    }

    /** Keeps nothing: each record's key is loaded, used once and destroyed. */
    static RecordKeyLookup keepingNothing(RecordKeys source) {
        return new RecordKeyLookup() {
            @Override
            public RecordKey find(CompactKeySection section) {
                return null;
            }

            @Override
            public boolean has(CompactKeySection section) {
                return false;
            }

            @Override
            public RecordKey load(Object group, CompactKeySection section) {
                // Closed under its lease, so that it is destroyed with it.
                try (RecordKey key = source.load(section)) {
                    key.tryLease();
                    return key;
                }
            }
        };
    }

    @Override
    public RecordKey find(CompactKeySection section) {
        RecordKey key = keys.get(section);
        return key != null && key.tryLease() ? key : null;
    }

    @Override
    public boolean has(CompactKeySection section) {
        return keys.containsKey(section);
    }

    @Override
    public RecordKey load(Object group, CompactKeySection section) {
        RecordKey key = keys.computeIfAbsent(section, source::load);
        if (!key.tryLease()) {
            throw new AssertionError("A cached key is closed");
        }
        return key;
    }
}
