// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A name on a user record of an aggregate. The format has them, producers hardly ever write them, and readers hand them on.
 *
 * @param key the name
 * @param value what it says, or null
 */
public record AggregateTag(String key, @Nullable String value) {
    public AggregateTag {
        Objects.requireNonNull(key, "key");
    }

    /** The sizes of the tag, never its texts: they are plaintext. */
    @Override
    public String toString() {
        return "AggregateTag[" + (key.length() + (value == null ? 0 : value.length())) + " characters]";
    }
}
