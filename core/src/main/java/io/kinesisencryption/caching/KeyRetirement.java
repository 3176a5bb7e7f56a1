// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.caching;

/** Why a key is no longer used. */
public enum KeyRetirement {
    /** A newer one took its place. */
    REPLACED,
    /** It has encrypted as many records or bytes as it may. */
    EXHAUSTED,
    /** It reached its greatest age. */
    EXPIRED,
    /** Its place was needed for another. */
    EVICTED,
    /** All keys were dropped on demand. */
    DISCARDED,
    /** It could not be replaced in time, for a reason that time does not mend. */
    FAILED,
    /** The cache was closed. */
    CLOSED
}
