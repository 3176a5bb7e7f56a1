// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.examples.demo.Demo;
import io.kinesisencryption.examples.demo.DemoOptions;
import io.kinesisencryption.examples.demo.DemoReport;
import io.kinesisencryption.examples.failure.CommandException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the whole path in one process. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Sends records through an encrypting client into a stream and back through a KCL application that decrypts.",
        footer = {
            "Kinesis, KMS and DynamoDB run in this process: nothing is needed and nothing leaves it.",
            "The last line begins with OK or FAILED; the exit code is 0 only if every record came back byte for byte."
        })
final class DemoCommand implements Callable<Integer> {
    private static final long DEFAULT_RECORDS = 10_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private FormatOption formatOption;

    @ArgGroup(exclusive = false)
    private @Nullable BatchOptions batchOptions;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A file of one record a line. Default: generated order events.")
    private @Nullable Path input;

    @Option(
            names = "--key-field",
            paramLabel = "NAME",
            description =
                    "The JSON field that is a record's partition key. Default: the line's number, or the customer of a generated event.")
    private @Nullable String keyField;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "How many records to generate (default: 10000), or to read of the file at most.")
    private @Nullable Long records;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "What the generated records are made from. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many shards the stream has, 1 to 100. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Override
    public Integer call() throws InterruptedException {
        DemoOptions options = options();
        PrintWriter out = spec.commandLine().getOut();
        DemoReport report;
        try {
            report = Demo.run(options, new ProgressDisplay(), processStartNanos());
        } catch (CommandException e) {
            out.println("FAILED " + e.getMessage());
            out.flush();
            return ExitCode.SOFTWARE;
        } catch (RuntimeException e) {
            e.printStackTrace(spec.commandLine().getErr());
            out.println("FAILED " + CommandException.oneLine(e.toString()));
            out.flush();
            return ExitCode.SOFTWARE;
        }
        out.print(report.text());
        out.println(report.verdict());
        out.flush();
        return report.successful() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private DemoOptions options() {
        if (records != null && records < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--records is %d; it must be at least 1".formatted(records));
        }
        if (shards < 1 || shards > 100) {
            throw new ParameterException(spec.commandLine(), "--shards is %d; it must be 1 to 100".formatted(shards));
        }
        long unset = input == null ? DEFAULT_RECORDS : Long.MAX_VALUE;
        return new DemoOptions(
                input,
                keyField,
                records == null ? unset : records,
                seed,
                shards,
                formatOption.encryptorOptions(),
                batchOptions == null ? null : batchOptions.batching(spec.commandLine()));
    }

    /** What the start of the Java virtual machine took belongs to the user's waiting time. */
    private static long processStartNanos() {
        Instant now = Instant.now();
        Duration running =
                Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
        return System.nanoTime() - Math.max(0, running.toNanos());
    }
}
