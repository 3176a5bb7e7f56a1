// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;

/**
 * What the holds of a factory's shards share.
 *
 * @param timer by which they wait
 * @param random numbers from 0 (inclusive) to 1 (exclusive) for jitter; thread-safe
 * @param events who is told
 * @param takeovers what runs deliveries that KCL's own thread cannot wait for; each runs at once, for as long as it takes
 * @param watch tells when KCL's own thread cannot wait
 * @param policies what is done about failures
 * @param passes what an operator lets pass
 * @param waiting the shards that wait
 * @param schemas decodes what was decrypted
 */
record HoldEnvironment(
        HoldTimer timer,
        DoubleSupplier random,
        ConsumerEvents events,
        Executor takeovers,
        SchedulerWatch watch,
        FailurePolicies policies,
        LetPass passes,
        WaitingShards waiting,
        SchemaDecoder schemas) {
    /** A daemon thread for each: they are rare. */
    static final Executor OWN_THREADS = task -> {
        Thread thread = new Thread(task, "kinesis-encryption-hold");
        thread.setDaemon(true);
        thread.start();
    };
}
