// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit;

/**
 * The faults that an in-memory service is under. A fault is a value that says what goes wrong, in which operation and how often; it does
 * nothing until it is injected here.
 *
 * <pre>{@code
 * kms.faults().inject(KmsFault.throttled("Decrypt").times(3));                       // the next three calls
 * InjectedFault down = kms.faults().inject(KmsFault.unreachable(ANY_OPERATION));     // until it is cleared
 * kinesis.faults().inject(KinesisFault.timeout("PutRecords").afterSuccess().times(1));
 * }</pre>
 *
 * <p>Where several faults would fail a call, the one injected first decides, and only that one counts the call. The clients of the
 * in-memory services make one attempt for each call, so a fault stands for what is left after the SDK's own retries. Thread-safe.
 *
 * @param <F> the faults of the service: {@link io.kinesisencryption.testkit.kinesis.KinesisFault} or
 *     {@link io.kinesisencryption.testkit.kms.KmsFault}
 */
public interface Faults<F> {
    /**
     * Puts a fault into force, behind those injected before. The same value may be injected more than once; each time counts for itself.
     *
     * @param fault what goes wrong, where and how often
     * @return the handle to count and clear it
     */
    InjectedFault inject(F fault);

    /** Takes back every fault; calls from now on are answered as usual. The counts stay. */
    void clear();

    /**
     * How often a fault has hit a call, over all faults ever injected here.
     *
     * @return the sum of the faults' counts
     */
    long hitCount();
}
