// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.caching;

/** Why a key is loaded. */
public enum KeyLoadReason {
    /** Somebody waits for it. */
    MISS,
    /** The key in use is due to be replaced; nobody waits. */
    REFRESH,
    /** A batch that is about to be decrypted needs it. */
    PREFETCH
}
