// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Inputs;
import io.kinesisencryption.examples.line.Line;
import io.kinesisencryption.examples.line.LineReader;
import io.kinesisencryption.examples.line.PartitionKeys;
import io.kinesisencryption.examples.stream.BatchPublisher;
import io.kinesisencryption.examples.stream.Batching;
import io.kinesisencryption.examples.stream.OutgoingRecord;
import io.kinesisencryption.examples.stream.Pauses;
import io.kinesisencryption.examples.stream.Place;
import io.kinesisencryption.examples.stream.Publisher;
import io.kinesisencryption.examples.stream.RecordPublisher;
import io.kinesisencryption.producer.EncryptingKinesisClient;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Encrypts lines into a stream. */
@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        description = "Encrypts lines, one record each, and puts them into a stream.",
        footer = {
            "Ends with exit code 1 if a record was not acknowledged, and names its line.",
            "Names the lines that are not acknowledged when it is interrupted, too."
        })
final class PutCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private StreamOptions streamOptions;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private KeyringOptions keyringOptions;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private FormatOption formatOption;

    @ArgGroup(exclusive = false)
    private @Nullable BatchOptions batchOptions;

    @Option(names = "--input", paramLabel = "FILE", description = "A file of lines. Default: standard input.")
    private @Nullable Path input;

    @Option(
            names = "--key-field",
            paramLabel = "NAME",
            description = "The JSON field of each line that is its partition key. Default: the line's number.")
    private @Nullable String keyField;

    @Option(
            names = "--max-record-bytes",
            paramLabel = "N",
            defaultValue = "1048576",
            description =
                    "The largest record that the stream takes, encrypted and with its partition key. Default: ${DEFAULT-VALUE}; with --batch, what the stream says.")
    private int maxRecordBytes;

    private final Map<String, Long> acknowledgedByShard = new TreeMap<>();
    private long plaintextBytes;
    private long aggregates;

    @Override
    public Integer call() throws IOException {
        StreamIdentity stream = streamOptions.stream();
        Batching batching = batching();
        try (KinesisEncryption encryption =
                KinesisEncryption.builder().keyring(keyringOptions.keyring()).build()) {
            if (batching == null) {
                putOneByOne(stream, encryption);
            } else {
                putTogether(stream, encryption, batching);
            }
        }
        long records =
                acknowledgedByShard.values().stream().mapToLong(Long::longValue).sum();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "put %d records of %d bytes%s into %d shards of %s%n",
                records,
                plaintextBytes,
                batching == null ? "" : " in %d aggregates".formatted(aggregates),
                acknowledgedByShard.size(),
                stream.name());
        out.flush();
        return ExitCode.OK;
    }

    private @Nullable Batching batching() {
        if (batchOptions == null) {
            return null;
        }
        if (spec.commandLine().getParseResult().hasMatchedOption("--max-record-bytes")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--max-record-bytes does not go with --batch, which asks the stream for its limit");
        }
        return batchOptions.batching(spec.commandLine());
    }

    private void putOneByOne(StreamIdentity stream, KinesisEncryption encryption) throws IOException {
        try (KinesisClient client = encrypting(streamOptions.client(), encryption);
                Publisher publisher = new RecordPublisher(client, stream.name(), this::acknowledged, Pauses.REAL)) {
            put(publisher, spec.commandLine());
        }
    }

    private void putTogether(StreamIdentity stream, KinesisEncryption encryption, Batching batching)
            throws IOException {
        try (KinesisAsyncClient client = streamOptions.asyncClient();
                Publisher publisher = new BatchPublisher(
                        client, encryption, stream, formatOption.encryptorOptions(), batching, this::acknowledged)) {
            put(publisher, spec.commandLine());
        }
    }

    private KinesisClient encrypting(KinesisClient client, KinesisEncryption encryption) {
        try {
            return EncryptingKinesisClient.builder(client, encryption)
                    .encryptorOptions(formatOption.encryptorOptions())
                    .maxRecordSizeBytes(maxRecordBytes)
                    .build();
        } catch (IllegalArgumentException e) {
            client.close();
            throw new ParameterException(spec.commandLine(), "--max-record-bytes: " + e.getMessage(), e);
        }
    }

    private void put(Publisher publisher, CommandLine command) throws IOException {
        Thread atTheEnd =
                new Thread(() -> sayWhatIsMissing(publisher, command.getErr(), spec.qualifiedName() + ": interrupted"));
        Runtime.getRuntime().addShutdownHook(atTheEnd);
        try (LineReader lines = open()) {
            put(lines, PartitionKeys.of(keyField), publisher);
        } finally {
            removeShutdownHook(atTheEnd);
        }
    }

    private static void removeShutdownHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends, and it runs.
        }
    }

    /** For a process that is told to end: what its user has to put again. */
    static void sayWhatIsMissing(Publisher publisher, PrintWriter err, String happened) {
        publisher
                .unacknowledged()
                .ifPresent(lines ->
                        err.println("%s; %s not acknowledged, and may be stored or not".formatted(happened, lines)));
        err.flush();
    }

    /** Lines that were read never wait for those to come: whoever writes into a pipe may pause for hours, and then be interrupted. */
    static void put(LineReader lines, PartitionKeys keys, Publisher publisher) throws IOException {
        for (OutgoingRecord next = next(lines, keys, publisher); next != null; next = next(lines, keys, publisher)) {
            publisher.put(next);
            if (!lines.ready()) {
                publisher.inputPauses();
            }
        }
        publisher.flush();
    }

    /** A line that cannot be used leaves those before it behind, which have to be named with it. */
    private static @Nullable OutgoingRecord next(LineReader lines, PartitionKeys keys, Publisher publisher)
            throws IOException {
        try {
            Line line = lines.next();
            return line == null ? null : new OutgoingRecord(line, keys.keyOf(line));
        } catch (CommandException | IOException e) {
            publisher.settle();
            Optional<String> missing = publisher.unacknowledged();
            if (missing.isEmpty()) {
                throw e;
            }
            throw new CommandException("%s; %s not acknowledged".formatted(e.getMessage(), missing.get()), e);
        }
    }

    private LineReader open() {
        return input == null
                ? new LineReader(new FileInputStream(FileDescriptor.in), Inputs.MAX_LINE_BYTES)
                : Inputs.open(input);
    }

    private void acknowledged(OutgoingRecord record, Place place) {
        acknowledgedByShard.merge(place.shardId(), 1L, Long::sum);
        plaintextBytes += record.line().data().length;
        aggregates += place.subSequenceNumber() == 0 ? 1 : 0;
    }
}
