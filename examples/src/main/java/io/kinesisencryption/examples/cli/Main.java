// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

/** Where the program starts. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the process with its exit code: 0 if it did what was asked, 1 if it failed, 2 if it was called wrongly.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        QuietLibraries.arrange();
        int exitCode = Program.commandLine().execute(args);
        // Clients and schedulers may have left threads behind, which must not keep the process.
        System.exit(exitCode);
    }
}
