// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.examples.failure.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import software.amazon.awssdk.core.exception.SdkException;

/** The program: its name, its commands, and what happens when one of them fails. A new command is a class that is added to the list here. */
@Command(
        name = "kinesis-encryption",
        description = "Client-side encryption for Amazon Kinesis Data Streams.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, PutCommand.class, TailCommand.class, HelpCommand.class})
final class Program implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** The program, ready to execute a command line. */
    static CommandLine commandLine() {
        return new CommandLine(new Program())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> misuse(e))
                .setExecutionExceptionHandler((e, command, result) -> failure(e, command));
    }

    /** Called without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required command");
    }

    private static int misuse(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(name(command) + ": " + CommandException.oneLine(String.valueOf(e.getMessage())));
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + name(command) + " --help'.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static int failure(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        if (isExpected(e)) {
            err.println(name(command) + ": " + CommandException.oneLine(String.valueOf(e.getMessage())));
        } else {
            err.println(name(command) + ": this is a bug, please report it with the following lines");
            e.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean isExpected(Exception e) {
        return e instanceof CommandException
                || e instanceof KinesisEncryptionException
                || e instanceof SdkException
                || e instanceof IOException;
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    /** The version in the manifest of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Program.class.getPackage().getImplementationVersion();
            return new String[] {"kinesis-encryption " + (version == null ? "(not packaged)" : version)};
        }
    }
}
