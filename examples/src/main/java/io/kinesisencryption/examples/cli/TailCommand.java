// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.stream.Pauses;
import io.kinesisencryption.examples.stream.RecordSink;
import io.kinesisencryption.examples.stream.StartPosition;
import io.kinesisencryption.examples.stream.StreamTail;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
        footer = "Ends with exit code 1 at the first record that cannot be decrypted, and names it.")
final class TailCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 64 * 1024;

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
                KinesisClient client = streamOptions.client();
                StandardOutput out = new StandardOutput()) {
            new StreamTail(client, encryption.decryptor(streamOptions.stream()), from, out, Pauses.REAL)
                    .read(untilCaughtUp);
        }
        return ExitCode.OK;
    }

    /** The file itself: {@link System#out} would hide that whoever read it is gone. */
    private static final class StandardOutput implements RecordSink, AutoCloseable {
        private final OutputStream out =
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);

        @Override
        public void accept(byte[] data) throws IOException {
            try {
                out.write(data);
                out.write('\n');
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        /** Leaves the file open: it is the process's. */
        @Override
        public void close() {
            // Everything was flushed after each batch.
        }

        private static CommandException unwritable(IOException e) {
            return new CommandException("standard output cannot be written: " + e.getMessage(), e);
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
