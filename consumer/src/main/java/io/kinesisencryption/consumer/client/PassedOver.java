// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.consumer.policy.FailureDecision;
import io.kinesisencryption.consumer.policy.FailureDecisions;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the count of the records of one shard that were passed over. A call that fails is made again and meets the same records again, which must count
 * once: otherwise an outage of the key service would by itself turn one bad record into too many. Thread-safe.
 */
final class PassedOver {
    private final FailurePolicies policies;
    private final boolean counts;
    private final FailureDecisions decisions;

    /** What became of records that were counted and not handed out yet, by their sequence numbers: those of one response. */
    private final Map<String, Boolean> counted = new HashMap<>();

    PassedOver(FailurePolicies policies) {
        this.policies = policies;
        this.counts = policies.recordFailures() != RecordFailureAction.HOLD;
        this.decisions = policies.forShard();
    }

    /** What to do about a record that could not be opened. */
    synchronized RecordFailureAction decide(String sequenceNumber, KinesisEncryptionException failure) {
        if (Boolean.TRUE.equals(counted.get(sequenceNumber))) {
            return policies.actionFor(failure);
        }
        FailureDecision decision = decisions.decide(failure);
        return decision.action();
    }

    synchronized void passedOver(String sequenceNumber) {
        if (!Boolean.TRUE.equals(counted.put(sequenceNumber, true))) {
            decisions.passedOver();
        }
    }

    void opened(String sequenceNumber) {
        if (counts) {
            countOpened(sequenceNumber);
        }
    }

    private synchronized void countOpened(String sequenceNumber) {
        if (counted.putIfAbsent(sequenceNumber, false) == null) {
            decisions.opened();
        }
    }

    /** All of the response was handed out: none of its records comes again by itself. */
    void handedOut() {
        if (counts) {
            clear();
        }
    }

    private synchronized void clear() {
        counted.clear();
    }
}
