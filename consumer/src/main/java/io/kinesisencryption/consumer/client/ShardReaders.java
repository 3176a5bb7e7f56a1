// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;

/**
 * Finds out which stream and shard a call reads, without which a record could not be told from one of another stream: from the request, from the shard
 * iterators that went through the client, or because only one stream is read. Thread-safe.
 */
final class ShardReaders {
    private static final String CONSUMER_MARK = "/consumer/";

    private final KinesisEncryption encryption;
    private final @Nullable StreamIdentity only;
    private final FailurePolicies policies;
    private final boolean shardNeeded;
    private final KnownIterators iterators;

    ShardReaders(KinesisEncryption encryption, DecryptingClientOptions options, LongSupplier nanoTime) {
        this.encryption = encryption;
        this.only = options.stream();
        this.policies = options.failurePolicies();
        this.shardNeeded = options.aggregates() == AggregateForm.KPL;
        this.iterators = new KnownIterators(nanoTime);
    }

    /**
     * Who reads with an iterator that is about to be asked for.
     *
     * @return null if the request does not say which stream it means, so that what is read with the iterator has to
     * @throws SdkClientException if it is another stream than the one that is read
     */
    @Nullable
    ShardReader of(GetShardIteratorRequest request) {
        StreamIdentity named = identity(request.streamName(), request.streamARN());
        if (named == null && only == null) {
            return null;
        }
        return reader(agreed(only, named, null), request.shardId());
    }

    /** The service gave an iterator. */
    void issued(@Nullable ShardReader reader, @Nullable String iterator) {
        if (reader != null && iterator != null) {
            iterators.issued(iterator, reader);
        }
    }

    /**
     * Who reads with a request's iterator.
     *
     * @throws SdkClientException if the stream is not known, or the shard where it is needed, or what is known of them does not agree
     */
    ShardReader of(GetRecordsRequest request) {
        ShardReader known = request.shardIterator() == null ? null : iterators.find(request.shardIterator());
        StreamIdentity named = identity(null, request.streamARN());
        if (only == null && named == null && known == null) {
            throw ReadFailures.refusal(
                    "It is not known which stream the shard iterator is of, so its records could not be told from those of another: it was not issued through this client, or long ago, and the request has no streamARN. Get iterators through this client, name the stream's ARN in the request, or set the one stream that is read with DecryptingClientOptions.stream");
        }
        if (known == null && shardNeeded) {
            throw ReadFailures.refusal(
                    "It is not known which shard the shard iterator is of, as aggregates of the KPL need it: it was not issued through this client, or long ago. Get iterators through this client");
        }
        StreamIdentity stream = agreed(only, named, known == null ? null : known.stream());
        return known != null && known.stream().equals(stream)
                ? known
                : reader(stream, known == null ? null : known.shardId());
    }

    /** The records of a response are handed out, and with them the iterator that goes on after them. */
    void advanced(ShardReader reader, String iterator, @Nullable String next) {
        iterators.advanced(iterator, next, reader);
    }

    /**
     * Who reads with a subscription.
     *
     * @throws SdkClientException if the request's consumer ARN does not name a stream and no stream is set, or it names another
     */
    ShardReader of(SubscribeToShardRequest request) {
        String consumer = request.consumerARN();
        // The last one: the stream may be called "consumer".
        int mark = consumer == null ? -1 : consumer.lastIndexOf(CONSUMER_MARK);
        StreamIdentity named = consumer == null || mark < 0 ? null : identity(null, consumer.substring(0, mark));
        if (only == null && named == null) {
            throw ReadFailures.refusal(
                    "The consumer ARN '%s' does not tell the stream: one looks like arn:aws:kinesis:eu-west-1:111122223333:stream/orders/consumer/name:1732060800"
                            .formatted(consumer));
        }
        if (request.shardId() == null && shardNeeded) {
            throw ReadFailures.refusal("The request names no shard");
        }
        return reader(agreed(only, named, null), request.shardId());
    }

    private ShardReader reader(StreamIdentity stream, @Nullable String shardId) {
        return new ShardReader(encryption.decryptor(stream), shardId, policies);
    }

    private static @Nullable StreamIdentity identity(@Nullable String name, @Nullable String arn) {
        try {
            if (arn != null) {
                return name == null ? StreamIdentity.ofArn(arn) : new StreamIdentity(name, arn);
            }
            return name == null ? null : StreamIdentity.of(name);
        } catch (IllegalArgumentException e) {
            throw ReadFailures.client("The stream that is to be read is not known: " + e.getMessage(), e);
        }
    }

    /** The one that says most; all that are there must be the same stream. */
    private static StreamIdentity agreed(@Nullable StreamIdentity... known) {
        StreamIdentity agreed = null;
        for (StreamIdentity next : known) {
            if (agreed == null) {
                agreed = next;
            } else if (next != null) {
                boolean same = agreed.name().equals(next.name())
                        && (agreed.arn() == null
                                || next.arn() == null
                                || agreed.arn().equals(next.arn()));
                if (!same) {
                    throw ReadFailures.refusal("The call is for the stream '%s', and '%s' is the one that is read"
                            .formatted(next, agreed));
                }
                agreed = agreed.arn() == null ? next : agreed;
            }
        }
        return Objects.requireNonNull(agreed);
    }
}
