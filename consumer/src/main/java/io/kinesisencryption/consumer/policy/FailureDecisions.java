// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.BitSet;

/**
 * Decides about the records of one shard, one after the other. Keeps count of those that were passed over, so that many of them turn into a hold: they
 * are then most likely an operator's mistake. Made by {@link FailurePolicies#forShard}. Not thread-safe.
 */
public final class FailureDecisions {
    private final FailurePolicies policies;
    private final int most;
    private final BitSet passedOver = new BitSet();

    private int inARow;
    private int inWindow;
    /** The place in the window of the record that comes next, which replaces the oldest one. */
    private int next;

    FailureDecisions(FailurePolicies policies) {
        this.policies = policies;
        this.most = policies.maxPercentOfWindow() == 100
                ? Integer.MAX_VALUE
                : (int) Math.max(1, (long) policies.window() * policies.maxPercentOfWindow() / 100);
    }

    /**
     * Decides about the record that comes next. May be asked again about the same record, as it is when it was tried again: nothing is counted.
     *
     * @param failure why it could not be opened
     * @return what to do
     */
    public FailureDecision decide(Throwable failure) {
        if (!(failure instanceof KinesisEncryptionException known)) {
            // Nobody knows whether the record is at fault.
            return FailureDecision.hold(HoldReason.UNKNOWN);
        }
        RecordFailureAction action = policies.actionFor(known);
        if (action == RecordFailureAction.HOLD) {
            return FailureDecision.hold(
                    switch (known.failureClass()) {
                        case TRANSIENT_KEY -> HoldReason.KEY_UNAVAILABLE;
                        case PERMANENT_KEY -> HoldReason.KEY_REFUSED;
                        case RECORD -> HoldReason.BAD_RECORD;
                    });
        }
        if (inARow >= policies.maxInARow() || inWindow >= most) {
            return FailureDecision.hold(HoldReason.TOO_MANY_BAD_RECORDS);
        }
        return new FailureDecision(action, null);
    }

    /** Says that the record was opened, or accepted as plaintext. */
    public void opened() {
        inARow = 0;
        count(false);
    }

    /** Says that the record was passed over as {@link #decide} had it. */
    public void passedOver() {
        // Without a limit it must not overflow.
        inARow = Math.min(inARow + 1, Integer.MAX_VALUE - 1);
        count(true);
    }

    /** Says that an operator let the record pass, who has looked at what is going on: the count begins anew. */
    public void letPass() {
        inARow = 0;
        inWindow = 0;
        next = 0;
        passedOver.clear();
    }

    private void count(boolean bad) {
        if (bad != passedOver.get(next)) {
            passedOver.set(next, bad);
            inWindow += bad ? 1 : -1;
        }
        next = next + 1 == policies.window() ? 0 : next + 1;
    }
}
