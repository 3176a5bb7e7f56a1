// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.s3;

import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import java.util.Objects;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Keeps dead letters as objects in Amazon S3, one each, named {@code prefix + }{@link DeadLetter#name()}. The same letter again replaces the object.
 * Needs {@code s3:PutObject}; {@link S3DeadLetters} reads them back. Thread-safe.
 *
 * <p>A shard waits for the client, so give it an {@code apiCallTimeout}. Encryption at rest, retention and who may read are the bucket's. A record that
 * was put under a blinded partition key is kept under that.
 */
public final class S3DeadLetterSink implements DeadLetterSink {
    private static final String CONTENT_TYPE = "application/octet-stream";
    /** Leaves the names of letters, of at most 500 bytes or so, within the 1,024 bytes of an object's key. */
    private static final Pattern PREFIX = Pattern.compile("|[A-Za-z0-9!_.*'()/=-]{0,511}/");

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3DeadLetterSink(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /**
     * A sink that writes to a bucket. Makes no call.
     *
     * @param client which stays the caller's to close
     * @param bucket the name or ARN of the bucket, which must exist
     * @param prefix what the objects' keys begin with; empty, or at most 512 letters, digits and <code>! _ . * ' ( ) / = -</code> that end in a slash
     * @return the sink
     * @throws IllegalArgumentException if the bucket is blank, or the prefix is not as it must be
     */
    public static S3DeadLetterSink of(S3Client client, String bucket, String prefix) {
        Objects.requireNonNull(client, "client");
        return new S3DeadLetterSink(client, checkedBucket(bucket), checkedPrefix(prefix));
    }

    static String checkedBucket(String bucket) {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("The name of the bucket is blank");
        }
        return bucket;
    }

    static String checkedPrefix(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a prefix: it must be empty, or at most 512 letters, digits and ! _ . * ' ( ) / = - that end in a slash"
                            .formatted(prefix));
        }
        return prefix;
    }

    /**
     * Puts the letter, and returns once S3 has stored it.
     *
     * @throws SdkException if S3 did not take it, after the client's own retries
     */
    @Override
    public void put(DeadLetter letter) {
        // An array of ours, so that none has to be copied: a letter can have 10 MiB.
        byte[] bytes = letter.toBytes();
        var unused = client.putObject(
                request -> request.bucket(bucket).key(prefix + letter.name()).contentType(CONTENT_TYPE),
                RequestBody.fromContentProvider(
                        ContentStreamProvider.fromByteArrayUnsafe(bytes), bytes.length, CONTENT_TYPE));
    }

    /**
     * Names the bucket and the prefix.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "S3DeadLetterSink[" + bucket + "/" + prefix + "]";
    }
}
