// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.internal;

import java.util.regex.Pattern;

/** Account ids as options of the in-memory services. */
public final class AccountIds {
    /** The account that AWS's own examples use. */
    public static final String DEFAULT = "123456789012";

    private static final Pattern ACCOUNT_ID = Pattern.compile("[0-9]{12}");

    private AccountIds() {}

    /**
     * Refuses what is no account id.
     *
     * @param accountId an id
     * @return that id
     * @throws IllegalArgumentException if it is not twelve digits
     */
    public static String require(String accountId) {
        if (!ACCOUNT_ID.matcher(accountId).matches()) {
            throw new IllegalArgumentException("accountId is \"" + accountId + "\"; it must be twelve digits");
        }
        return accountId;
    }
}
