// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import java.util.Collection;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The API names of the operations that an in-memory service answers, and patterns over them. Immutable. */
public final class OperationNames {
    /** The pattern that matches every operation. */
    public static final String ANY = "*";

    private final String service;
    private final SortedSet<String> names;

    /**
     * The names of one service.
     *
     * @param service the service's name for error messages, such as {@code Kinesis}
     * @param names the operations, such as {@code PutRecords}
     */
    public OperationNames(String service, Collection<String> names) {
        this.service = service;
        this.names = new TreeSet<>(names);
    }

    /**
     * Refuses a misspelt name, which would otherwise match nothing, silently.
     *
     * @param operation a name
     * @return that name
     * @throws IllegalArgumentException if the service has no operation of that name
     */
    public String require(String operation) {
        if (!names.contains(Objects.requireNonNull(operation, "operation"))) {
            throw unknown(operation);
        }
        return operation;
    }

    /**
     * A predicate over operation names.
     *
     * @param patterns names, or prefixes that end with an asterisk such as {@code GenerateDataKey*}; none at all matches every name
     * @return what tests a name against the patterns
     * @throws IllegalArgumentException if a pattern matches no operation of the service
     */
    public Predicate<String> matching(String... patterns) {
        if (patterns.length == 0) {
            return name -> true;
        }
        Predicate<String> any = name -> false;
        for (String pattern : patterns) {
            Predicate<String> one = pattern.endsWith(ANY)
                    ? name -> name.startsWith(pattern.substring(0, pattern.length() - ANY.length()))
                    : pattern::equals;
            if (names.stream().noneMatch(one)) {
                throw unknown(pattern);
            }
            any = any.or(one);
        }
        return any;
    }

    private IllegalArgumentException unknown(String operation) {
        return new IllegalArgumentException("No operation of the in-memory " + service + " matches \"" + operation
                + "\"; it has " + String.join(", ", names));
    }
}
