// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.examples.stream.Batching;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say whether records travel together. To be used as an optional group. */
final class BatchOptions {
    private static final int LONGEST_LINGER_MILLIS = 30_000;

    @Option(
            names = "--batch",
            required = true,
            description =
                    "Seal many records as one, with the batching producer: fewer bytes for each, and hidden partition keys.")
    private boolean batch;

    @Option(
            names = "--linger",
            paramLabel = "MILLIS",
            defaultValue = "100",
            description =
                    "How long records wait for others, 0 to 30000 milliseconds, with --batch. Default: ${DEFAULT-VALUE}.")
    private int lingerMillis;

    /** How records travel together. {@link ParameterException} if they cannot. */
    Batching batching(CommandLine command) {
        if (!batch) {
            throw new ParameterException(command, "--batch cannot be set to false; leave it out");
        }
        if (lingerMillis < 0 || lingerMillis > LONGEST_LINGER_MILLIS) {
            throw new ParameterException(
                    command, "--linger is %d; it must be 0 to %d".formatted(lingerMillis, LONGEST_LINGER_MILLIS));
        }
        return new Batching(Duration.ofMillis(lingerMillis));
    }
}
