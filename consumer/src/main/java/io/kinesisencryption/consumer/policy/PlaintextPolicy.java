// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether records are delivered that are not encrypted, for the time in which a stream's producers move to encryption. Such a record is not
 * authenticated: anyone with {@code kinesis:PutRecord} can write it. Bytes that begin like an envelope and do not parse are never taken for plaintext.
 * Immutable.
 */
public final class PlaintextPolicy {
    /** None is: a plaintext record is a bad record. */
    public static final PlaintextPolicy REJECT = new PlaintextPolicy(Instant.MIN);

    /** All are. */
    public static final PlaintextPolicy ACCEPT = new PlaintextPolicy(Instant.MAX);

    private final Instant before;

    private PlaintextPolicy(Instant before) {
        this.before = before;
    }

    /**
     * Those that the stream took before a time: once it has passed nobody can add to them, because the service sets the time of arrival.
     *
     * @param cutOver the time; it may lie in the future
     * @return the policy
     */
    public static PlaintextPolicy acceptBefore(Instant cutOver) {
        return new PlaintextPolicy(Objects.requireNonNull(cutOver, "cutOver"));
    }

    /**
     * Whether a plaintext record is to be delivered.
     *
     * @param arrival the record's approximate time of arrival at the service, or null if it is not known; then only {@link #ACCEPT} accepts it
     * @return whether it is
     */
    public boolean accepts(@Nullable Instant arrival) {
        return before.equals(Instant.MAX) || (arrival != null && arrival.isBefore(before));
    }

    /**
     * Whether no plaintext record can be accepted.
     *
     * @return true for {@link #REJECT}
     */
    public boolean rejectsAll() {
        return before.equals(Instant.MIN);
    }

    /**
     * Names the policy.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        if (rejectsAll()) {
            return "REJECT";
        }
        return before.equals(Instant.MAX) ? "ACCEPT" : "ACCEPT_BEFORE " + before;
    }
}
