// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.s3;

import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetters;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Reads back what a {@link S3DeadLetterSink} wrote. */
public final class S3DeadLetters {
    private S3DeadLetters() {}

    /**
     * Reads the dead letters below a prefix. Needs {@code s3:ListBucket} and {@code s3:GetObject}. Objects of other names are passed over.
     *
     * @param client which stays the caller's to close
     * @param bucket the name or ARN of the bucket
     * @param prefix the sink's, or more of a key to read one stream or shard, for example {@code dead-letters/stream=orders/}
     * @return the letters, in the order of their keys; each is fetched when it is asked for. It throws an {@link SdkException} if S3 does not answer, and
     *     an {@link IllegalStateException} that names the object if one is not a dead letter.
     */
    public static Stream<DeadLetter> read(S3Client client, String bucket, String prefix) {
        Objects.requireNonNull(client, "client");
        String from = S3DeadLetterSink.checkedBucket(bucket);
        return client.listObjectsV2Paginator(request -> request.bucket(from).prefix(prefix)).contents().stream()
                .filter(object -> object.key().endsWith(DeadLetters.SUFFIX))
                .map(object -> letter(client, from, object));
    }

    private static DeadLetter letter(S3Client client, String bucket, S3Object object) {
        if (object.size() != null && object.size() > DeadLetters.MAX_BYTES) {
            throw new IllegalStateException(
                    "The object %s of the bucket %s is not a dead letter: it has %d bytes, more than %d"
                            .formatted(object.key(), bucket, object.size(), DeadLetters.MAX_BYTES));
        }
        byte[] bytes = client.getObjectAsBytes(request -> request.bucket(bucket).key(object.key()))
                .asByteArrayUnsafe();
        try {
            return DeadLetter.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "The object %s of the bucket %s is not a dead letter".formatted(object.key(), bucket), e);
        }
    }
}
