// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.envelope.UntrustedText;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a reader demands of a record's encryption context. Immutable.
 *
 * @param accepted the streams whose records are accepted, the reader's own first; at least one
 * @param required pairs that every record must carry
 */
public record ReaderContext(List<AcceptedStream> accepted, Map<String, String> required) {
    /**
     * A stream whose records are accepted.
     *
     * @param name its name
     * @param arn its ARN where the reader knows it; a record that names another ARN is then refused
     */
    public record AcceptedStream(String name, @Nullable String arn) {
        private boolean accepts(String recordName, @Nullable String recordArn) {
            if (!name.equals(recordName)) {
                return false;
            }
            if (recordArn == null) {
                return true;
            }
            return arn == null ? recordArn.endsWith(":stream/" + name) : arn.equals(recordArn);
        }
    }

    /** Copies what it is given. */
    public ReaderContext {
        accepted = List.copyOf(accepted);
        required = Map.copyOf(required);
        if (accepted.isEmpty()) {
            throw new IllegalArgumentException("A reader accepts the records of at least one stream");
        }
    }

    /**
     * Checks the pairs that the user of this library requires.
     *
     * @param pairs any pairs
     * @return an immutable copy
     * @throws IllegalArgumentException if a key or a value is empty
     */
    public static Map<String, String> checkedRequiredPairs(Map<String, String> pairs) {
        pairs.entrySet().forEach(WriterContext::checkNotEmpty);
        return Map.copyOf(pairs);
    }

    /**
     * Refuses a record that was not written for this reader. Asks for no key.
     *
     * @param format the record's envelope format
     * @param context the record's encryption context
     * @throws ContextMismatchException if the record is another stream's, lacks a required pair, or was made for another envelope format
     * @throws UnsupportedEnvelopeException if the context says something of the record that is not known here
     */
    public void check(EnvelopeFormat format, Map<String, String> context) {
        checkStream(context);
        if (context.containsKey(ContextNames.ENVELOPE)) {
            throw mismatch("carries the pair '%s', which marks the keys of another envelope format"
                    .formatted(ContextNames.ENVELOPE));
        }
        checkReserved(format, context);
        if (format == EnvelopeFormat.COMPACT) {
            KeyContext.checkNotOfTheSdk(context);
        }
        for (Map.Entry<String, String> pair : required.entrySet()) {
            String value = context.get(pair.getKey());
            if (!pair.getValue().equals(value)) {
                throw mismatch("%s where '%s' = '%s' is required"
                        .formatted(
                                value == null
                                        ? "has no '%s'".formatted(pair.getKey())
                                        : "has '%s'".formatted(UntrustedText.shown(value)),
                                pair.getKey(),
                                pair.getValue()));
            }
        }
    }

    /** A reserved pair that this version does not know may change what the record means. */
    private static void checkReserved(EnvelopeFormat format, Map<String, String> context) {
        for (String key : context.keySet()) {
            boolean known = !key.startsWith(ContextNames.RESERVED_PREFIX)
                    || key.equals(ContextNames.STREAM_NAME)
                    || key.equals(ContextNames.STREAM_ARN)
                    || (format == EnvelopeFormat.AWS_ENCRYPTION_SDK
                            && (key.equals(ContextNames.PAYLOAD) || key.equals(ContextNames.COMPRESSION)));
            if (!known) {
                throw new UnsupportedEnvelopeException(
                        ErrorCode.UNSUPPORTED_PAYLOAD,
                        "The record's encryption context has the reserved key '%s', which is not known here"
                                .formatted(UntrustedText.shown(key)),
                        null);
            }
        }
        if (format == EnvelopeFormat.AWS_ENCRYPTION_SDK) {
            PayloadShape.of(context);
        }
    }

    private void checkStream(Map<String, String> context) {
        String name = context.get(ContextNames.STREAM_NAME);
        if (name == null) {
            throw mismatch("has no '%s'".formatted(ContextNames.STREAM_NAME));
        }
        String arn = context.get(ContextNames.STREAM_ARN);
        for (AcceptedStream stream : accepted) {
            if (stream.accepts(name, arn)) {
                return;
            }
        }
        AcceptedStream own = accepted.get(0);
        throw new ContextMismatchException(
                ErrorCode.WRONG_STREAM,
                "The record was sealed for the stream '%s', and this reader accepts '%s'%s"
                        .formatted(
                                UntrustedText.shown(arn == null ? name : arn),
                                own.arn() == null ? own.name() : own.arn(),
                                accepted.size() == 1 ? "" : " and %d more".formatted(accepted.size() - 1)),
                null);
    }

    private static ContextMismatchException mismatch(String what) {
        return new ContextMismatchException(
                ErrorCode.CONTEXT_MISMATCH, "The record's encryption context " + what, null);
    }
}
