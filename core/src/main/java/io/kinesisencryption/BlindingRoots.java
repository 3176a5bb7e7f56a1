// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.crypto.KeyBlinder;
import io.kinesisencryption.internal.encryptionsdk.KeyFailures;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;

/** Where the roots of blinding come from. Asked by one thread at a time. */
interface BlindingRoots extends AutoCloseable {
    /**
     * What blinds the keys of a stream; asks for its root if need be.
     *
     * @throws KinesisEncryptionException a key failure
     */
    KeyBlinder blinder(String streamName);

    /** Whether a key service is asked for them, and the thread waits for it. */
    boolean ofKeyService();

    @Override
    void close();

    /** One for all streams. */
    static BlindingRoots constant(KeyBlinder blinder) {
        return new BlindingRoots() {
            @Override
            public KeyBlinder blinder(String streamName) {
                return blinder;
            }

            @Override
            public boolean ofKeyService() {
                return false;
            }

            @Override
            public void close() {
                blinder.close();
            }
        };
    }

    /** One for each stream, by GenerateMac. */
    static BlindingRoots awsKms(String keyArn, KmsClient client, int epoch) {
        return new AwsKms(keyArn, client, epoch);
    }

    /** Asks KMS. A failure is the answer for all who ask within a second: so an outage costs a call a second, not one a record. */
    final class AwsKms implements BlindingRoots {
        private static final byte[] LABEL = "kinesis-encryption/blind/v1".getBytes(StandardCharsets.US_ASCII);
        private static final long FAILURE_KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

        private final String keyArn;
        private final KmsClient client;
        private final int epoch;
        private @Nullable KinesisEncryptionException failure;
        private long failedNanos;

        private AwsKms(String keyArn, KmsClient client, int epoch) {
            this.keyArn = keyArn;
            this.client = client;
            this.epoch = epoch;
        }

        @Override
        public KeyBlinder blinder(String streamName) {
            if (failure != null && System.nanoTime() - failedNanos < FAILURE_KEPT_NANOS) {
                throw failure;
            }
            failure = null;
            return ask(streamName);
        }

        private KeyBlinder ask(String streamName) {
            byte[] root;
            try {
                root = client.generateMac(request -> request.keyId(keyArn)
                                .macAlgorithm(MacAlgorithmSpec.HMAC_SHA_256)
                                .message(SdkBytes.fromByteArray(message(streamName))))
                        .mac()
                        .asByteArray();
            } catch (RuntimeException e) {
                KinesisEncryptionException failed = KeyFailures.onBlindingSecret(e, keyArn);
                // An interrupt is the answer for this thread alone.
                if (!Thread.currentThread().isInterrupted()) {
                    failure = failed;
                    failedNanos = System.nanoTime();
                }
                throw failed;
            }
            try {
                return new KeyBlinder(root);
            } finally {
                Arrays.fill(root, (byte) 0);
            }
        }

        private byte[] message(String streamName) {
            byte[] name = streamName.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(LABEL.length + 1 + Integer.BYTES + Short.BYTES + name.length)
                    .put(LABEL)
                    .put((byte) 0)
                    .putInt(epoch)
                    .putShort((short) name.length)
                    .put(name)
                    .array();
        }

        @Override
        public boolean ofKeyService() {
            return true;
        }

        @Override
        public void close() {}
    }
}
