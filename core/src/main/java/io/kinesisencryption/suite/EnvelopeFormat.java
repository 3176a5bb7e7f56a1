// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.suite;

/**
 * How the bytes of an encrypted record are laid out. A reader recognises the format by the first bytes of a record and needs no
 * configuration for it.
 */
public enum EnvelopeFormat {
    /**
     * The record's data is a message of the AWS Encryption SDK, nothing before or after it: any Encryption SDK in any language can read it.
     *
     * @see <a href="https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html">Message format reference</a>
     */
    AWS_ENCRYPTION_SDK,

    /**
     * This library's own layout, for speed: one key derivation a data key, and one pass of AES-GCM a record. Adds 66 bytes and the encryption
     * context and encrypted data keys to a payload.
     */
    COMPACT
}
