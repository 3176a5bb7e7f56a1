// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param jdk the home of the JDK that runs the benchmarks, or null for this one
 * @param providers which providers
 * @param rounds how many forks of each benchmark
 * @param quick whether each fork is kept so short that the figures mean little
 * @param only parts of the names of the bars to measure; none for all
 */
record RunOptions(@Nullable Path jdk, Set<JcaProvider> providers, int rounds, boolean quick, List<String> only) {
    static final String USAGE = """
            Usage: java -jar benchmarks.jar [what] [options]

            What:
              (nothing)  sealing and opening, with JMH
              tax        what encryption adds to the processor time of the batching producer, beside AES-GCM alone
              consume    what the decrypting record processor adds to a bare one's processor time, beside AES-GCM alone
              naive      user records a second of the batching producer, beside the Encryption SDK called for each record
              latency    from put to acknowledgement, at several rates and across changes of the data key
              heap       what the batching producer keeps in memory while its stream is slow
              fill       how many user records share an aggregate

            Options:
              --jdk PATH               the home of the JDK that runs the benchmarks (default: the one that runs this program)
              --provider default|accp  where AES-GCM comes from; may be given twice (default: both)
              --rounds N               forks of each measurement, from 1 to 100 (default: 5)
              --only TEXT              only measurements whose name contains the text; may be given again
              --quick                  one short fork each: shows that everything runs, and no more
            """;

    private static final int DEFAULT_ROUNDS = 5;
    private static final int MAX_ROUNDS = 100;

    static RunOptions parse(String[] arguments) {
        Path jdk = null;
        Set<JcaProvider> providers = EnumSet.noneOf(JcaProvider.class);
        int rounds = 0;
        boolean quick = false;
        List<String> only = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--quick" -> quick = true;
                case "--jdk" -> jdk = jdk(value(arguments, ++i));
                case "--provider" -> providers.add(provider(value(arguments, ++i)));
                case "--rounds" -> rounds = rounds(value(arguments, ++i));
                case "--only" -> only.add(value(arguments, ++i));
                default -> throw new IllegalArgumentException("'%s' is not an option".formatted(arguments[i]));
            }
        }
        if (rounds == 0) {
            rounds = quick ? 1 : DEFAULT_ROUNDS;
        }
        return new RunOptions(
                jdk, providers.isEmpty() ? EnumSet.allOf(JcaProvider.class) : providers, rounds, quick, only);
    }

    /** Whether something of this name is to be measured. */
    boolean wants(String name) {
        return only.isEmpty() || only.stream().anyMatch(name::contains);
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) {
            throw new IllegalArgumentException("The option '%s' takes a value".formatted(arguments[index - 1]));
        }
        return arguments[index];
    }

    private static Path jdk(String value) {
        Path jdk = Path.of(value);
        if (!Files.isExecutable(jdk.resolve("bin/java"))) {
            throw new IllegalArgumentException("--jdk %s: there is no bin/java in it".formatted(value));
        }
        return jdk;
    }

    private static JcaProvider provider(String value) {
        return Arrays.stream(JcaProvider.values())
                .filter(provider -> provider.optionName().equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("--provider is '%s'; it is default or accp".formatted(value)));
    }

    private static int rounds(String value) {
        int rounds;
        try {
            rounds = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            rounds = 0;
        }
        if (rounds < 1 || rounds > MAX_ROUNDS) {
            throw new IllegalArgumentException("--rounds is %s; it must be from 1 to %d".formatted(value, MAX_ROUNDS));
        }
        return rounds;
    }
}
