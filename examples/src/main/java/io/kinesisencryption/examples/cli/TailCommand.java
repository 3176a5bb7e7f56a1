// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.examples.stream.Pauses;
import io.kinesisencryption.examples.stream.StartPosition;
import io.kinesisencryption.examples.stream.StreamTail;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Prints a stream's decrypted records. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Reads every shard of a stream, decrypts the records and prints each with a line feed.",
        footer = {
            "Ends with exit code 1 at the first record that cannot be decrypted, and names it.",
            "Ends with exit code 0 when whoever reads its output is gone, as in tail | head -1."
        })
final class TailCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init")
    private StreamOptions streamOptions;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private KeyringOptions keyringOptions;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "latest",
            converter = PositionConverter.class,
            description = "Where to start: trim-horizon (the oldest record) or latest. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private StartPosition from;

    @Option(
            names = "--until-caught-up",
            description = "End when every shard has been read to its tip. Default: go on until interrupted.")
    private boolean untilCaughtUp;

    @Override
    public Integer call() throws IOException {
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                        .keyring(keyringOptions.keyring())
                        .build();
                KinesisClient client = streamOptions.client()) {
            read(
                    new StreamTail(
                            client,
                            encryption.decryptor(streamOptions.stream()),
                            from,
                            new StandardOutput(),
                            Pauses.REAL),
                    untilCaughtUp);
        }
        return ExitCode.OK;
    }

    /** Reads until it has to, or until nobody wants any more. */
    static void read(StreamTail tail, boolean untilCaughtUp) throws IOException {
        try {
            tail.read(untilCaughtUp);
        } catch (StandardOutput.ReaderGoneException e) {
            // As with every other program at the front of a pipe.
        }
    }

    /** Accepts the names as the help spells them. */
    static final class PositionConverter implements ITypeConverter<StartPosition> {
        @Override
        public StartPosition convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "trim-horizon" -> StartPosition.TRIM_HORIZON;
                case "latest" -> StartPosition.LATEST;
                default ->
                    throw new TypeConversionException("'%s' is neither trim-horizon nor latest".formatted(value));
            };
        }
    }
}
