// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import org.jspecify.annotations.Nullable;

/** Ranges of numbers in requests. */
final class Numbers {
    private Numbers() {}

    /** The member's value, or its default if absent; outside of the range it breaches a constraint of the API's model. */
    static int orDefault(String member, @Nullable Integer value, int defaultValue, int min, int max) {
        return value == null ? defaultValue : inRange(member, value, min, max);
    }

    static int inRange(String member, @Nullable Integer value, int min, int max) {
        if (value == null) {
            throw ServiceError.constraint(member, "not be null");
        }
        if (value < min) {
            throw ServiceError.constraint(member, "have value greater than or equal to " + min);
        }
        if (value > max) {
            throw ServiceError.constraint(member, "have value less than or equal to " + max);
        }
        return value;
    }
}
