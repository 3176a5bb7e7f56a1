// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client does with each of several streams: some are encrypted, each in its own way, and some are not. A stream that no rule names is
 * refused, so that a new or misspelt one cannot receive a plaintext. Immutable.
 *
 * <p>A rule names a stream, whatever account and region it is in, or several by a pattern in which {@code *} stands for any characters or none. A
 * rule for the exact name decides before any pattern; among patterns the first one that matches decides, in the order in which they were added.
 *
 * <pre>{@code
 * StreamRules rules = StreamRules.builder()
 *         .encrypt("orders")                  // as the client's encryptorOptions say
 *         .encrypt("payments-*", compact)     // in another way
 *         .plaintext("metrics")
 *         .build();
 * }</pre>
 */
public final class StreamRules {
    private final List<Rule> exact;
    private final List<Rule> patterns;

    private StreamRules(List<Rule> exact, List<Rule> patterns) {
        this.exact = List.copyOf(exact);
        this.patterns = List.copyOf(patterns);
    }

    /**
     * Starts without a rule.
     *
     * @return a builder; it needs at least one rule
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The rule that decides for a stream, or null. */
    @Nullable
    Rule ruleFor(String streamName) {
        Rule rule = firstOf(exact, streamName);
        return rule != null ? rule : firstOf(patterns, streamName);
    }

    private static @Nullable Rule firstOf(List<Rule> rules, String streamName) {
        for (Rule rule : rules) {
            if (rule.matches(streamName)) {
                return rule;
            }
        }
        return null;
    }

    /** The rules, never a secret. */
    @Override
    public String toString() {
        List<Rule> all = new ArrayList<>(exact);
        all.addAll(patterns);
        return "StreamRules" + all;
    }

    /** One rule: what to do, and with which streams. */
    static final class Rule {
        private static final Pattern NAME_OR_PATTERN = Pattern.compile("[A-Za-z0-9_.*-]{1,128}");

        private final String text;
        /** What stands before, between and after the asterisks. */
        private final String[] literals;

        private final boolean plaintext;
        private final @Nullable EncryptorOptions options;

        private Rule(String text, boolean plaintext, @Nullable EncryptorOptions options) {
            this.text = text;
            this.literals = text.split("\\*", -1);
            this.plaintext = plaintext;
            this.options = options;
        }

        private boolean isPattern() {
            return literals.length > 1;
        }

        /**
         * Whether this rule is for a name; or, if it is a pattern, for every name that another pattern matches, whose asterisks only asterisks match.
         */
        private boolean matches(String nameOrPattern) {
            if (!isPattern()) {
                return text.equals(nameOrPattern);
            }
            int from = literals[0].length();
            if (!nameOrPattern.startsWith(literals[0])) {
                return false;
            }
            for (int i = 1; i < literals.length - 1; i++) {
                int found = nameOrPattern.indexOf(literals[i], from);
                if (found < 0) {
                    return false;
                }
                from = found + literals[i].length();
            }
            String last = literals[literals.length - 1];
            return nameOrPattern.length() - from >= last.length() && nameOrPattern.endsWith(last);
        }

        boolean plaintext() {
            return plaintext;
        }

        /** How it is encrypted, or null for the client's own options. */
        @Nullable
        EncryptorOptions options() {
            return options;
        }

        @Override
        public String toString() {
            return (plaintext ? "plaintext " : "encrypt ") + text;
        }
    }

    /** Collects {@link StreamRules}. Not thread-safe. */
    public static final class Builder {
        private final List<Rule> rules = new ArrayList<>();

        private Builder() {}

        /**
         * Encrypts the records of a stream, or of several, as the client's own options say.
         *
         * @param nameOrPattern a stream name, or a pattern
         * @return this
         * @throws IllegalArgumentException if it is neither
         */
        public Builder encrypt(String nameOrPattern) {
            return add(nameOrPattern, false, null);
        }

        /**
         * Encrypts the records of a stream, or of several, in a way of its own.
         *
         * @param nameOrPattern a stream name, or a pattern
         * @param options how records are sealed
         * @return this
         * @throws IllegalArgumentException if it is neither
         */
        public Builder encrypt(String nameOrPattern, EncryptorOptions options) {
            return add(nameOrPattern, false, Objects.requireNonNull(options, "options"));
        }

        /**
         * Sends the records of a stream, or of several, as they are: <b>the service and every reader of the stream see them</b>.
         *
         * @param nameOrPattern a stream name, or a pattern
         * @return this
         * @throws IllegalArgumentException if it is neither
         */
        public Builder plaintext(String nameOrPattern) {
            return add(nameOrPattern, true, null);
        }

        private Builder add(String nameOrPattern, boolean plaintext, @Nullable EncryptorOptions options) {
            Objects.requireNonNull(nameOrPattern, "nameOrPattern");
            if (!Rule.NAME_OR_PATTERN.matcher(nameOrPattern).matches()) {
                throw new IllegalArgumentException(
                        "'%s' is neither a stream name nor a pattern of one: 1 to 128 of the characters A-Z a-z 0-9 _ . - and *; an ARN's last part is the name"
                                .formatted(nameOrPattern));
            }
            rules.add(new Rule(nameOrPattern, plaintext, options));
            return this;
        }

        /**
         * Checks the rules.
         *
         * @return the rules
         * @throws IllegalArgumentException if there is none, or one could never decide, because an earlier one decides for all of its streams
         */
        public StreamRules build() {
            if (rules.isEmpty()) {
                throw new IllegalArgumentException(
                        "There is no rule, so every stream would be refused; without StreamRules every stream is encrypted");
            }
            List<Rule> exact = new ArrayList<>();
            List<Rule> patterns = new ArrayList<>();
            for (Rule rule : rules) {
                List<Rule> before = rule.isPattern() ? patterns : exact;
                Rule earlier = firstOf(before, rule.text);
                if (earlier != null) {
                    throw new IllegalArgumentException(
                            "The rule '%s' never decides: the earlier rule '%s' has all of its streams"
                                    .formatted(rule, earlier));
                }
                before.add(rule);
            }
            return new StreamRules(exact, patterns);
        }
    }
}
