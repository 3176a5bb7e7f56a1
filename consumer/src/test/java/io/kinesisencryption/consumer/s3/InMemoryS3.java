// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** One bucket in memory, behind the SDK's interface. Lists two objects a page, so that paging is always used. Thread-safe. */
public final class InMemoryS3 implements S3Client {
    private static final int PAGE = 2;

    final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final String bucket;
    private final Deque<RuntimeException> troubles = new ArrayDeque<>();
    private boolean down;
    int puts;

    /** Makes a service of this one bucket. */
    public InMemoryS3(String bucket) {
        this.bucket = bucket;
    }

    /** Throws these, one a call, and then works. */
    public synchronized InMemoryS3 failing(RuntimeException... first) {
        troubles.addAll(List.of(first));
        return this;
    }

    /** Throws these in turn, over and over, until it is {@link #up()} again. */
    public synchronized void down(RuntimeException... answers) {
        down = true;
        failing(answers);
    }

    /** Works from now on. */
    public synchronized void up() {
        down = false;
        troubles.clear();
    }

    private void check(String asked) {
        RuntimeException trouble = troubles.poll();
        if (trouble != null) {
            if (down) {
                troubles.add(trouble);
            }
            throw trouble;
        }
        if (!bucket.equals(asked)) {
            throw NoSuchBucketException.builder().message("no such bucket").build();
        }
    }

    @Override
    public synchronized PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
        puts++;
        check(request.bucket());
        try (InputStream in = body.contentStreamProvider().newStream()) {
            objects.put(request.key(), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PutObjectResponse.builder().build();
    }

    @Override
    public synchronized ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
        check(request.bucket());
        String after = request.continuationToken() == null ? "" : request.continuationToken();
        List<S3Object> left = objects.tailMap(after, false).entrySet().stream()
                .filter(object -> object.getKey().startsWith(request.prefix()))
                .map(object -> S3Object.builder()
                        .key(object.getKey())
                        .size((long) object.getValue().length)
                        .build())
                .toList();
        List<S3Object> page = left.subList(0, Math.min(PAGE, left.size()));
        boolean more = left.size() > PAGE;
        return ListObjectsV2Response.builder()
                .contents(page)
                .isTruncated(more)
                .nextContinuationToken(more ? page.get(PAGE - 1).key() : null)
                .build();
    }

    @Override
    public synchronized <T> T getObject(
            GetObjectRequest request, ResponseTransformer<GetObjectResponse, T> transformer) {
        check(request.bucket());
        byte[] bytes = objects.get(request.key());
        if (bytes == null) {
            throw NoSuchKeyException.builder().message("no such key").build();
        }
        try {
            return transformer.transform(
                    GetObjectResponse.builder().build(),
                    AbortableInputStream.create(ResponseBytes.fromByteArray(
                                    GetObjectResponse.builder().build(), bytes)
                            .asInputStream()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
