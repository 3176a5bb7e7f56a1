// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import org.jspecify.annotations.Nullable;

/**
 * Makes whatever a reader wants of a user record, which spares it a conversion.
 *
 * @param <T> what it makes
 */
@FunctionalInterface
public interface UserRecordFactory<T> {
    /**
     * Makes one user record. Called in their order, possibly before a later one turns out to be malformed.
     *
     * @param partitionKey the partition key, or null if the record has none
     * @param explicitHashKey a decimal number, or null if the record has none
     * @param data the plaintext, in an array of its own, exactly as long
     * @return what the reader wants
     */
    T make(@Nullable String partitionKey, @Nullable String explicitHashKey, byte[] data);
}
