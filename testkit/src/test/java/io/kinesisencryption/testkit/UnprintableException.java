// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit;

/** An exception that cannot even be printed. */
public final class UnprintableException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
        throw new AssertionError("the message's");
    }
}
