// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.io.Serial;

/** A record was decrypted, and the schema registry's deserializer failed. Nobody but this package sees it thrown. */
final class SchemaException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    SchemaException(Throwable cause) {
        super(
                "The deserializer of the schema registry threw "
                        + cause.getClass().getName(),
                cause);
    }
}
