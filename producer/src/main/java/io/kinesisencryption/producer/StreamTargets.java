// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Finds out which stream a request is for and what is done with it. Keeps what it found for some streams. Thread-safe. */
final class StreamTargets {
    /** Far above what an application writes to; a request that names its stream otherwise each time must not fill the memory. */
    static final int MAX_KEPT = 1_000;

    private final ConcurrentHashMap<StreamIdentity, StreamTarget> kept = new ConcurrentHashMap<>();
    private final ClientSettings settings;

    StreamTargets(ClientSettings settings) {
        this.settings = settings;
    }

    /**
     * The stream of a request.
     *
     * @throws SdkClientException if the request does not name one, or one that is refused
     */
    StreamTarget of(@Nullable String streamName, @Nullable String streamArn, @Nullable String streamId) {
        if (streamId != null) {
            throw BoundaryExceptions.refusal(
                    "The request names its stream by streamId, which cannot be checked: use streamName, streamARN or both");
        }
        if (streamName == null && streamArn == null) {
            throw BoundaryExceptions.refusal(
                    "The request names its stream neither by streamName nor by streamARN, and a record is bound to its stream's name");
        }
        try {
            return of(
                    streamName == null
                            ? StreamIdentity.ofArn(streamArn == null ? "" : streamArn)
                            : new StreamIdentity(streamName, streamArn));
        } catch (IllegalArgumentException e) {
            throw BoundaryExceptions.of(e);
        }
    }

    /**
     * What is done with a stream.
     *
     * @throws SdkClientException if it is refused
     */
    StreamTarget of(StreamIdentity stream) {
        StreamTarget target = kept.get(stream);
        if (target != null) {
            return target;
        }
        if (kept.size() >= MAX_KEPT) {
            Iterator<StreamIdentity> any = kept.keySet().iterator();
            if (any.hasNext()) {
                any.next();
                any.remove();
            }
        }
        StreamTarget made = make(stream);
        StreamTarget other = kept.putIfAbsent(stream, made);
        return other == null ? made : other;
    }

    /**
     * The size of a record as it is sent.
     *
     * @throws SdkClientException if that cannot be told
     */
    long sizeOf(StreamIdentity stream, UserRecord record) {
        try {
            return of(stream).sizeOf(record);
        } catch (RuntimeException e) {
            throw BoundaryExceptions.of(e);
        }
    }

    int size() {
        return kept.size();
    }

    private StreamTarget make(StreamIdentity stream) {
        StreamRules rules = settings.rules();
        EncryptorOptions options = settings.encryptorOptions();
        boolean plaintext = false;
        if (rules != null) {
            StreamRules.Rule rule = rules.ruleFor(stream.name());
            if (rule == null) {
                throw BoundaryExceptions.refusal(
                        "The stream '%s' has no rule, so nothing was sent: name it in the client's StreamRules"
                                .formatted(stream));
            }
            plaintext = rule.plaintext();
            EncryptorOptions own = rule.options();
            options = own == null ? options : own;
        }
        try {
            RecordEncryptor encryptor = plaintext ? null : settings.encryption().encryptor(stream, options);
            return new StreamTarget(stream, encryptor, new RecordLimit(stream, settings));
        } catch (IllegalArgumentException e) {
            throw BoundaryExceptions.of(e);
        }
    }
}
