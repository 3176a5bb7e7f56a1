// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.examples.demo.DemoProgress;
import java.io.Console;
import java.lang.reflect.Method;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard output if that is a terminal, and nothing if it is a file or a pipe. */
final class ProgressDisplay implements DemoProgress {
    private static final int WIDTH = 79;
    private static final int UPDATE_MILLIS = 100;

    private @Nullable ProgressBar bar;

    @Override
    public void begin(long records) {
        if (!isTerminal()) {
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName("decrypted")
                .setInitialMax(records)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(System.out, WIDTH))
                .hideEta()
                .build();
    }

    @Override
    public void update(long sent, long returned) {
        if (bar != null) {
            bar.stepTo(returned);
            bar.setExtraMessage(" sent " + sent);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** Before JDK 22 there is a console only if standard input and output are a terminal; since then one has to ask it. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            Method isTerminal = Console.class.getMethod("isTerminal");
            return (boolean) isTerminal.invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
