// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit;

/** A fault that has been injected into an in-memory service: how often it has hit, and the way to take it back. Thread-safe. */
public interface InjectedFault {
    /**
     * How many calls this fault has hit so far.
     *
     * @return a count of calls, whatever the number of records that failed in each
     */
    long hitCount();

    /**
     * Whether the fault can still hit a call: it is neither cleared nor used up.
     *
     * @return true while it can
     */
    boolean isActive();

    /** Takes the fault back; calls from now on are not hit by it. Clearing it again, or after it is used up, does nothing more. */
    void clear();
}
