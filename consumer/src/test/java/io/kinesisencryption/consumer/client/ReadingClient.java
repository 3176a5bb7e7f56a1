// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;

/** Either decrypting client, called the same way. */
interface ReadingClient extends AutoCloseable {
    enum Kind {
        SYNC {
            @Override
            ReadingClient over(InMemoryKinesis kinesis, KinesisEncryption encryption, DecryptingClientOptions options) {
                DecryptingKinesisClient client = DecryptingKinesisClient.wrap(kinesis.client(), encryption, options);
                return new ReadingClient() {
                    @Override
                    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
                        return client.getShardIterator(request);
                    }

                    @Override
                    public GetRecordsResponse getRecords(GetRecordsRequest request) {
                        return client.getRecords(request);
                    }

                    @Override
                    public void close() {
                        client.close();
                    }
                };
            }
        },

        ASYNC {
            @Override
            ReadingClient over(InMemoryKinesis kinesis, KinesisEncryption encryption, DecryptingClientOptions options) {
                DecryptingKinesisAsyncClient client =
                        DecryptingKinesisAsyncClient.wrap(kinesis.asyncClient(), encryption, options);
                return new ReadingClient() {
                    @Override
                    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
                        return unwrapped(() -> client.getShardIterator(request).join());
                    }

                    @Override
                    public GetRecordsResponse getRecords(GetRecordsRequest request) {
                        return unwrapped(() -> client.getRecords(request).join());
                    }

                    @Override
                    public void close() {
                        client.close();
                    }
                };
            }
        };

        abstract ReadingClient over(
                InMemoryKinesis kinesis, KinesisEncryption encryption, DecryptingClientOptions options);
    }

    GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request);

    GetRecordsResponse getRecords(GetRecordsRequest request);

    @Override
    void close();

    private static <T> T unwrapped(Supplier<T> call) {
        try {
            return call.get();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
