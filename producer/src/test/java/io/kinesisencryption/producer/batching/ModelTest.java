// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * The promises of the batching producer under random misfortune: every future completes, nothing that was acknowledged is missing, what is said not
 * to have been written is not there, records of one key keep their order, and there are duplicates only where an answer was lost.
 *
 * <p>{@code -Dmodel.seed=N} runs one seed alone.
 */
class ModelTest {
    private static final int RUNS = 1000;

    @Test
    void promisesHoldInAThousandRandomRuns() {
        String only = System.getProperty("model.seed");
        long first = only == null ? 0 : Long.parseLong(only);
        long end = only == null ? RUNS : first + 1;
        for (long seed = first; seed < end; seed++) {
            ModelRun run = new ModelRun(seed);
            try {
                run.run();
            } catch (Throwable e) {
                fail("Seed %d: %s (%s). Run it alone with -Dmodel.seed=%d".formatted(seed, e, run.summary(), seed), e);
            }
            if (only != null) {
                System.out.println("Seed " + seed + ": " + run.summary());
            }
        }
    }
}
