// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The names of the operations that {@link InMemoryKms} answers, and patterns over them. */
final class Operations {
    static final Set<String> NAMES = Set.of(
            "CancelKeyDeletion",
            "CreateAlias",
            "CreateKey",
            "Decrypt",
            "DeleteAlias",
            "DescribeKey",
            "DisableKey",
            "EnableKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "GenerateRandom",
            "ListKeys",
            "ReEncrypt",
            "ReplicateKey",
            "ScheduleKeyDeletion",
            "UpdateAlias",
            "VerifyMac");

    private Operations() {}

    /** Returns the name, or throws: a misspelt name would otherwise match nothing, silently. */
    static String requireName(String operation) {
        if (!NAMES.contains(operation)) {
            throw unknown(operation);
        }
        return operation;
    }

    /** A predicate over operation names from names and prefixes such as {@code GenerateDataKey*}; no pattern at all matches every name. */
    static Predicate<String> matching(String... patterns) {
        if (patterns.length == 0) {
            return name -> true;
        }
        Predicate<String> any = name -> false;
        for (String pattern : patterns) {
            Predicate<String> one = pattern.endsWith("*")
                    ? name -> name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : pattern::equals;
            if (NAMES.stream().noneMatch(one)) {
                throw unknown(pattern);
            }
            any = any.or(one);
        }
        return any;
    }

    private static IllegalArgumentException unknown(String operation) {
        return new IllegalArgumentException(
                "No operation of this KMS matches \"" + operation + "\"; it has " + new TreeSet<>(NAMES));
    }
}
