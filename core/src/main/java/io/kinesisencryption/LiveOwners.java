// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the owners of each keyring in this process, to warn of a second one: it loads every data key again. Thread-safe. */
final class LiveOwners {
    private static final Logger LOG = LoggerFactory.getLogger(KinesisEncryption.class);
    private static final ConcurrentMap<String, Integer> COUNTS = new ConcurrentHashMap<>();

    private LiveOwners() {}

    static void add(String keyring) {
        int count = COUNTS.merge(keyring, 1, Integer::sum);
        if (count > 1) {
            LOG.warn(
                    "This process has {} open KinesisEncryptions for the keyring {}: each loads its own data keys and has its own limits;"
                            + " make one and share it",
                    count,
                    keyring);
        }
    }

    static void remove(String keyring) {
        COUNTS.computeIfPresent(keyring, (key, count) -> count == 1 ? null : count - 1);
    }
}
