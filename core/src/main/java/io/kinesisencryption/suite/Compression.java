// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.suite;

/** How a payload is compressed before it is sealed. Fixed for a producer, authenticated, and never guessed from bytes. */
public enum Compression {
    /** Not at all. */
    NONE,

    /**
     * As one frame of Zstandard. The size of what is sealed then depends on what it says, and everybody sees the size: where one payload mixes
     * secrets with what an attacker can choose, the secrets leak through it.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8878">RFC 8878: Zstandard compression</a>
     */
    ZSTD
}
