// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.util.Locale;

/** What partition keys user records have. */
enum KeyKind {
    /** 36 characters, never the same twice. */
    UNIQUE,

    /** 36 characters, by Zipf's law one of a thousand. */
    ZIPF,

    /** None. */
    ABSENT;

    /** As it stands in tables and on command lines. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
