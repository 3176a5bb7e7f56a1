// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.encryptionsdk.EncryptionSdkCipher;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owner of everything that encryption shares in a process: the keyring, its connections and its limits. Make one for each keyring and
 * process, make every client, producer and consumer from it, and close it last. Thread-safe.
 *
 * <pre>{@code
 * try (var encryption = KinesisEncryption.builder().keyring(Keyrings.awsKms(keyArn)).build()) {
 *     KinesisClient kinesis = EncryptingKinesisClient.wrap(KinesisClient.create(), encryption);
 *     ...
 * }
 * }</pre>
 */
public final class KinesisEncryption implements AutoCloseable {
    private final Keyring keyring;
    private final OpenKeyring openKeyring;
    private final KeyLoads loads;
    private final EncryptionSdkCipher cipher;
    private final Map<String, String> encryptionContext;
    private final Map<String, String> requiredEncryptionContext;
    private final List<StreamIdentity> acceptedStreams;
    private final EncryptionListener events;
    private volatile boolean closed;

    private KinesisEncryption(Builder builder, Keyring keyring) {
        this.keyring = keyring;
        this.encryptionContext = builder.encryptionContext;
        this.requiredEncryptionContext = builder.requiredEncryptionContext;
        this.acceptedStreams = builder.acceptedStreams;
        this.events = new SafeListener(builder.listener);
        this.openKeyring = keyring.open();
        this.loads = new KeyLoads(KeyCacheOptions.DEFAULTS);
        this.cipher = new EncryptionSdkCipher(
                openKeyring.materialProvidersKeyring(),
                keyring.toString(),
                KeyCacheOptions.DEFAULTS,
                loads,
                KeyCacheEvents.NONE);
    }

    /**
     * Starts to configure one.
     *
     * @return a builder; a keyring is all that it needs
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * An encryptor of records for a stream. Cheap: it shares this owner's keys.
     *
     * @param stream the stream that the records will be put into. If its ARN is given, it is bound to the records as well as the name.
     * @return an encryptor that works until this owner is closed
     * @throws IllegalArgumentException if the encryption context would be too large
     */
    public RecordEncryptor encryptor(StreamIdentity stream) {
        return new RecordEncryptor(this, Objects.requireNonNull(stream, "stream"), encryptionContext);
    }

    /**
     * A decryptor of the records of a stream. Cheap: it shares this owner's keys.
     *
     * @param stream the stream that the records are read from. A record must have been sealed for its name, and for its ARN if both the record
     *     and this argument have one.
     * @return a decryptor that works until this owner is closed
     */
    public RecordDecryptor decryptor(StreamIdentity stream) {
        Objects.requireNonNull(stream, "stream");
        List<AcceptedStream> accepted = new ArrayList<>();
        accepted.add(new AcceptedStream(stream.name(), stream.arn()));
        for (StreamIdentity other : acceptedStreams) {
            accepted.add(new AcceptedStream(other.name(), other.arn()));
        }
        return new RecordDecryptor(this, stream, new ReaderContext(accepted, requiredEncryptionContext));
    }

    /**
     * Closes the clients that the keyring made for itself. Encryptors and decryptors that were made from this owner then throw
     * {@link IllegalStateException}. Closing twice does nothing.
     */
    @Override
    public void close() {
        closed = true;
        cipher.close();
        loads.close();
        openKeyring.close();
    }

    /**
     * Names the keyring, never key material.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "KinesisEncryption[" + keyring + (closed ? ", closed]" : "]");
    }

    Keyring keyring() {
        return keyring;
    }

    EncryptionListener events() {
        return events;
    }

    EncryptionSdkCipher cipher() {
        if (closed) {
            throw new IllegalStateException(
                    "This KinesisEncryption is closed; close it after every client, producer and consumer");
        }
        return cipher;
    }

    /** Configures a {@link KinesisEncryption}. Not thread-safe. */
    public static final class Builder {
        private @Nullable Keyring keyring;
        private Map<String, String> encryptionContext = Map.of();
        private Map<String, String> requiredEncryptionContext = Map.of();
        private List<StreamIdentity> acceptedStreams = List.of();
        private EncryptionListener listener = EncryptionListener.NONE;

        private Builder() {}

        /**
         * Sets which wrapping keys protect the data keys. Required.
         *
         * @param keyring made by {@link io.kinesisencryption.keyring.Keyrings}
         * @return this
         */
        public Builder keyring(Keyring keyring) {
            if (this.keyring != null) {
                throw new IllegalStateException("The keyring is set already, to " + this.keyring);
            }
            this.keyring = Objects.requireNonNull(keyring, "keyring");
            return this;
        }

        /**
         * Sets pairs that are bound to every record that is written, beside the stream's. They are not secret: KMS key policies, CloudTrail and
         * every reader of the stream see them. They are constant, because every other value needs a data key of its own.
         *
         * @param pairs copied; no key may begin with {@code kinesis:} or {@code aws-crypto-} or name a property of a single record
         * @return this
         * @throws IllegalArgumentException if a pair is not allowed, or all take more than 4,096 bytes
         */
        public Builder encryptionContext(Map<String, String> pairs) {
            this.encryptionContext = WriterContext.checkedUserPairs(pairs);
            return this;
        }

        /**
         * Sets pairs that every record that is read must carry. A record without them is refused before any key call. To demand that records
         * are bound to a stream's ARN, require {@code kinesis:stream-arn}.
         *
         * @param pairs copied
         * @return this
         * @throws IllegalArgumentException if a key or a value is empty
         */
        public Builder requiredEncryptionContext(Map<String, String> pairs) {
            this.requiredEncryptionContext = ReaderContext.checkedRequiredPairs(pairs);
            return this;
        }

        /**
         * Sets further streams whose records are accepted, whatever stream they are read from: for replicated or renamed streams.
         *
         * @param streams copied
         * @return this
         */
        public Builder acceptedStreams(Collection<StreamIdentity> streams) {
            this.acceptedStreams = List.copyOf(streams);
            return this;
        }

        /**
         * Sets who is told what happens.
         *
         * @param listener the listener
         * @return this
         */
        public Builder listener(EncryptionListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Opens the keyring. Makes no network call.
         *
         * @return the owner, for the caller to close
         * @throws IllegalStateException if no keyring is set
         */
        public KinesisEncryption build() {
            if (keyring == null) {
                throw new IllegalStateException(
                        "No keyring is set: call keyring(Keyrings.awsKms(keyArn)) or another factory of Keyrings");
            }
            return new KinesisEncryption(this, keyring);
        }
    }
}
