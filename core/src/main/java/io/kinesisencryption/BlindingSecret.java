// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.internal.crypto.KeyBlinder;
import io.kinesisencryption.internal.materials.KmsKeyArn;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * The secret that blinds partition keys: whoever writes to a stream needs it, readers do not. Every writer of a stream must have the same one, or
 * records of one key take two ways. Whoever learns it can find out which of a list of guessed keys was used, in all of the stream's history. Close
 * it after the owner whose encryptors use it. Thread-safe.
 */
public final class BlindingSecret implements AutoCloseable {
    /** The secret of each stream, by its name. */
    private final ConcurrentHashMap<String, KeyBlinder> blinders = new ConcurrentHashMap<>();

    private final ReentrantLock asking = new ReentrantLock();
    private final BlindingRoots roots;
    private final String description;
    private volatile boolean closed;

    private BlindingSecret(BlindingRoots roots, String description) {
        this.roots = roots;
        this.description = description;
    }

    /**
     * A secret that the caller holds, the same for every stream that it is used with.
     *
     * @param root at least 32 random bytes, copied; clear the array after this call
     * @return the secret, for the caller to close
     * @throws IllegalArgumentException if they are fewer
     */
    public static BlindingSecret of(byte[] root) {
        KeyBlinder blinder = new KeyBlinder(root);
        return new BlindingSecret(BlindingRoots.constant(blinder), "given");
    }

    /**
     * A secret that AWS KMS computes, another one for each stream and epoch: one call of GenerateMac for each stream, when it is first needed. The
     * secret itself never leaves KMS, and what is computed from it is kept until this is closed.
     *
     * @param keyArn the ARN of an HMAC key of the spec HMAC_256 that is used for nothing else; writers need {@code kms:GenerateMac} on it
     * @param client the client that is used, for the key's region; it stays the caller's to close. Give it timeouts: the SDK's default is none.
     * @param epoch from 0; another number gives other pseudonyms, and records of one key then lose their order across the change
     * @return the secret, for the caller to close
     * @throws IllegalArgumentException if {@code keyArn} is not the ARN of a key, or the epoch is negative
     * @see <a href="https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html">GenerateMac</a>
     */
    public static BlindingSecret awsKms(String keyArn, KmsClient client, int epoch) {
        if (KmsKeyArn.find(Objects.requireNonNull(keyArn, "keyArn")).isEmpty()) {
            throw new IllegalArgumentException(
                    "'%s' is not the ARN of an AWS KMS key; an alias may come to stand for another key, and then every pseudonym changes"
                            .formatted(keyArn));
        }
        if (epoch < 0) {
            throw new IllegalArgumentException("The epoch is %d; it must be 0 or more".formatted(epoch));
        }
        return new BlindingSecret(
                BlindingRoots.awsKms(keyArn, Objects.requireNonNull(client, "client"), epoch),
                "AWS KMS %s, epoch %d".formatted(keyArn, epoch));
    }

    /**
     * What blinds the keys of a stream.
     *
     * @throws KinesisEncryptionException a key failure, if KMS does not compute the secret
     * @throws IllegalStateException if this is closed
     */
    KeyBlinder blinder(StreamIdentity stream) {
        checkOpen();
        KeyBlinder blinder = blinders.get(stream.name());
        if (blinder != null) {
            return blinder;
        }
        try {
            asking.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransientKeyException("Interrupted while the blinding secret was asked for", e);
        }
        try {
            // Another thread may have been answered meanwhile.
            KeyBlinder made = closed ? null : blinders.computeIfAbsent(stream.name(), roots::blinder);
            if (made != null && closed) {
                // close() does not wait for KMS, so it may have passed over the map before this was in it.
                made.close();
            }
            return made == null || closed ? blinder(stream) : made;
        } finally {
            asking.unlock();
        }
    }

    /**
     * Whether {@link #blinder} would ask a key service, and its thread wait.
     *
     * @throws IllegalStateException if this is closed
     */
    boolean asksFor(StreamIdentity stream) {
        checkOpen();
        return roots.ofKeyService() && !blinders.containsKey(stream.name());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "This BlindingSecret is closed; close it after every encryptor that uses it");
        }
    }

    /** Overwrites what was computed from the secret. Encryptors that use it then throw {@link IllegalStateException}. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        blinders.values().forEach(KeyBlinder::close);
        roots.close();
    }

    /** Where the secret comes from, never the secret. */
    @Override
    public String toString() {
        return "BlindingSecret[" + description + "]";
    }
}
