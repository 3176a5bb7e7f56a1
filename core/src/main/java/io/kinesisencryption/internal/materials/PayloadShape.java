// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.envelope.UntrustedText;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.PayloadKind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to read a payload: what an authenticated pair of format 1's context, or a flag of COMPACT, says of it.
 *
 * @param kind what it holds
 * @param compression how it is compressed
 */
public record PayloadShape(PayloadKind kind, Compression compression) {
    /**
     * What a context of format 1 says of its payload.
     *
     * @param context the record's encryption context
     * @return the shape
     * @throws UnsupportedEnvelopeException if it names a kind or a compression that is not known
     */
    public static PayloadShape of(Map<String, String> context) {
        return new PayloadShape(
                isGiven(context, ContextNames.PAYLOAD, ContextNames.AGGREGATE)
                        ? PayloadKind.AGGREGATE
                        : PayloadKind.RECORD,
                isGiven(context, ContextNames.COMPRESSION, ContextNames.ZSTD) ? Compression.ZSTD : Compression.NONE);
    }

    /** Says the shape to those who read a context of format 1. */
    void addTo(Map<String, String> context) {
        if (kind == PayloadKind.AGGREGATE) {
            context.put(ContextNames.PAYLOAD, ContextNames.AGGREGATE);
        }
        if (compression == Compression.ZSTD) {
            context.put(ContextNames.COMPRESSION, ContextNames.ZSTD);
        }
    }

    private static boolean isGiven(Map<String, String> context, String name, String known) {
        @Nullable String value = context.get(name);
        if (value != null && !value.equals(known)) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    "The record's '%s' is '%s', which is not known here".formatted(name, UntrustedText.shown(value)),
                    null);
        }
        return value != null;
    }
}
