// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.KinesisEncryption;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * A {@link KinesisClient} that decrypts what GetRecords reads. It takes the place of the client that it wraps; every other operation goes through
 * unchanged, the writing ones included.
 *
 * <p>A response is handed out whole or not at all: if one of its records can neither be opened nor passed over by the
 * {@linkplain DecryptingClientOptions.Builder#failurePolicies policies}, the call throws an {@link SdkClientException} whose cause is the
 * {@link io.kinesisencryption.error.KinesisEncryptionException}, and whose {@code retryable()} is true if the key service was only out of reach.
 * Nothing is lost: the request's iterator serves again for five minutes, and after that a new one from the last sequence number that was processed. So under
 * the default policy a bad record also keeps back what comes before it in the same response; a lower limit brings it out.
 *
 * <p>Which stream an iterator is of is known if it was issued through this client, by GetShardIterator or with an earlier response, in the last ten
 * minutes; or if the request has the stream's ARN; or if the options name the one stream that is read. Otherwise the call is refused.
 *
 * <p>An operation that a later version of the SDK adds throws {@link UnsupportedOperationException}, because it might read records. Thread-safe, as the client
 * that it wraps is.
 */
public final class DecryptingKinesisClient extends DelegatingKinesisClient {
    private final DecryptingClientOptions options;
    private final ShardReaders readers;
    private final ShardHashKeys hashKeys;
    private final RecordBatches batches;

    private DecryptingKinesisClient(
            KinesisClient client, KinesisEncryption encryption, DecryptingClientOptions options) {
        super(client);
        this.options = options;
        this.readers = new ShardReaders(encryption, options, System::nanoTime);
        this.hashKeys = new ShardHashKeys(
                request -> CompletableFuture.completedFuture(delegate().listShards(request)));
        this.batches = new RecordBatches(options, Clock.systemUTC());
    }

    /**
     * Wraps a client, with every option at its default.
     *
     * @param client the client that reads what is decrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} decrypts already
     */
    public static DecryptingKinesisClient wrap(KinesisClient client, KinesisEncryption encryption) {
        return wrap(client, encryption, DecryptingClientOptions.DEFAULTS);
    }

    /**
     * Wraps a client.
     *
     * @param client the client that reads what is decrypted; closed when the result is
     * @param encryption whose keys are used; not closed by the result
     * @param options how it reads
     * @return the client to use instead
     * @throws IllegalArgumentException if {@code client} decrypts already
     */
    public static DecryptingKinesisClient wrap(
            KinesisClient client, KinesisEncryption encryption, DecryptingClientOptions options) {
        Objects.requireNonNull(client, "client");
        if (client instanceof DecryptingKinesisClient) {
            throw new IllegalArgumentException(
                    "The client is a DecryptingKinesisClient already; wrapped twice, it would take every record for plaintext");
        }
        return new DecryptingKinesisClient(
                client, Objects.requireNonNull(encryption, "encryption"), Objects.requireNonNull(options, "options"));
    }

    /**
     * Gets an iterator, and remembers which shard it is of.
     *
     * @param request the request, which should name the stream by name or ARN
     * @return the service's response
     * @throws SdkClientException if the options name another stream
     */
    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        ShardReader reader = readers.of(request);
        GetShardIteratorResponse response = delegate().getShardIterator(request);
        readers.issued(reader, response.shardIterator());
        return response;
    }

    /**
     * Reads records and decrypts them.
     *
     * @param request a request whose stream is known, see above
     * @return the service's response with the user records in place of what the stream stores; there may be fewer or more than the request's limit
     * @throws SdkClientException if the stream is not known, or a record can neither be opened nor passed over
     */
    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        ShardReader reader = readers.of(request);
        if (options.aggregates() == AggregateForm.KPL) {
            findHashKey(reader);
        }
        GetRecordsResponse response = delegate().getRecords(request);
        List<Record> opened = batches.open(reader, response.records());
        readers.advanced(reader, request.shardIterator(), response.nextShardIterator());
        reader.passedOver().handedOut();
        return response.toBuilder().records(opened).build();
    }

    private void findHashKey(ShardReader reader) {
        try {
            hashKeys.find(reader).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
