// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about one failure.
 *
 * @param action what to do
 * @param reason why the shard is to wait; null unless the action is {@link RecordFailureAction#HOLD}
 */
public record FailureDecision(
        RecordFailureAction action, @Nullable HoldReason reason) {
    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException if they do not
     */
    public FailureDecision {
        if ((Objects.requireNonNull(action, "action") == RecordFailureAction.HOLD) != (reason != null)) {
            throw new IllegalArgumentException("%s does not go with the reason %s".formatted(action, reason));
        }
    }

    static FailureDecision hold(HoldReason reason) {
        return new FailureDecision(RecordFailureAction.HOLD, reason);
    }
}
