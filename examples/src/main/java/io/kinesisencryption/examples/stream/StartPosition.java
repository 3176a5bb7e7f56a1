// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

/** Where reading begins in the shards that are there when it begins. Shards that come later are read from their start. */
public enum StartPosition {
    /** With the oldest record that the stream still holds. */
    TRIM_HORIZON,
    /** With the first record that comes after reading began. */
    LATEST
}
