// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Who may do what with which key: everybody everything, unless the newest rule that matches says otherwise. */
final class AccessRules {
    static final String ANY = "*";

    private record Rule(String principal, String keyArn, Predicate<String> operations, boolean allows) {
        boolean matches(String caller, String operation, String arn) {
            return (principal.equals(ANY) || principal.equals(caller))
                    && (keyArn.equals(ANY) || keyArn.equals(arn))
                    && operations.test(operation);
        }
    }

    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    void add(String principal, String keyArn, boolean allows, String... operations) {
        rules.add(new Rule(principal, keyArn, KmsOperations.NAMES.matching(operations), allows));
    }

    void clear() {
        rules.clear();
    }

    boolean allows(String principal, String operation, String keyArn) {
        boolean allowed = true;
        for (Rule rule : rules) {
            if (rule.matches(principal, operation, keyArn)) {
                allowed = rule.allows();
            }
        }
        return allowed;
    }
}
