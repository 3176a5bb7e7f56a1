// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

/** The encryption context keys that belong to this library and to the Encryption SDK. */
final class ContextNames {
    static final String STREAM_NAME = "kinesis:stream-name";
    static final String STREAM_ARN = "kinesis:stream-arn";
    /** Marks materials of another envelope format, which must never open a message of this one. */
    static final String ENVELOPE = "kinesis:envelope";
    /** The kind of payload in format 1; absent for a single record. */
    static final String PAYLOAD = "kinesis:payload";
    /** The compression of the payload in format 1; absent if there is none. */
    static final String COMPRESSION = "kinesis:compression";

    /** The value of {@link #PAYLOAD} for an aggregate. */
    static final String AGGREGATE = "aggregate";
    /** The value of {@link #COMPRESSION} for a zstd frame. */
    static final String ZSTD = "zstd";

    static final String RESERVED_PREFIX = "kinesis:";
    static final String SDK_PREFIX = "aws-crypto-";

    private ContextNames() {}
}
