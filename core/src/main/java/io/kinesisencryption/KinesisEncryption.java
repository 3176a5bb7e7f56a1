// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.crypto.CheckpointHook;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.security.Provider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    private final Ciphers ciphers;
    private final Map<String, String> encryptionContext;
    private final Map<String, String> requiredEncryptionContext;
    private final List<StreamIdentity> acceptedStreams;
    private final Set<AlgorithmSuite> acceptedSuites;
    private final EncryptionListener events;

    /** Kept, because what is registered is held weakly. */
    @SuppressWarnings("unused")
    private final CheckpointHook checkpointHook;

    private volatile boolean closed;

    private KinesisEncryption(Builder builder, Keyring keyring) {
        this.keyring = keyring;
        this.encryptionContext = builder.encryptionContext;
        this.requiredEncryptionContext = builder.requiredEncryptionContext;
        this.acceptedStreams = builder.acceptedStreams;
        this.acceptedSuites = builder.acceptedSuites;
        this.events = SafeListener.of(builder.listener);
        this.ciphers = new Ciphers(keyring, builder.jcaProvider, builder.keyCache, events);
        this.checkpointHook = CheckpointHook.register(this::discardAll);
        LiveOwners.add(keyring.toString());
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
        return encryptor(stream, EncryptorOptions.DEFAULTS);
    }

    /**
     * An encryptor of records for a stream. Cheap: it shares this owner's keys.
     *
     * @param stream the stream that the records will be put into. If its ARN is given, it is bound to the records as well as the name.
     * @param options how it seals
     * @return an encryptor that works until this owner is closed
     * @throws IllegalArgumentException if the encryption context would be too large, or the keyring cannot do what is asked for: it only
     *     decrypts, or a signature by it would prove nothing
     */
    public RecordEncryptor encryptor(StreamIdentity stream, EncryptorOptions options) {
        Objects.requireNonNull(options, "options");
        if (!keyring.canEncrypt()) {
            throw new IllegalArgumentException(
                    "The keyring %s only opens records; give writers a keyring that names the key to seal under"
                            .formatted(keyring));
        }
        if (options.signed()) {
            checkSignatures(keyring);
        }
        return new RecordEncryptor(this, Objects.requireNonNull(stream, "stream"), options, encryptionContext);
    }

    private static void checkSignatures(Keyring keyring) {
        if (!keyring.separatesWritersFromReaders()) {
            throw new IllegalArgumentException(
                    "A signature by the keyring %s would prove nothing: whoever can open its records can make a data key and sign under it. Sign with AWS KMS keys alone, whose policy denies readers kms:GenerateDataKey*, kms:Encrypt and kms:ReEncrypt*"
                            .formatted(keyring));
        }
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
        return new RecordDecryptor(
                this, stream, new ReaderContext(accepted, requiredEncryptionContext), acceptedSuites);
    }

    /**
     * Makes the next record of every stream wait for a new data key; makes no call itself. For when a wrapping key was rotated or revoked. Only if
     * the new key cannot be had for a reason that passes is the old one used on.
     *
     * @throws IllegalStateException if this is closed
     */
    public void rotateNow() {
        ciphers().rotateNow();
    }

    /**
     * Drops every data key, and the ciphers and nonces that are kept ahead. Call it before a snapshot of this process is taken and after one is
     * restored (AWS Lambda SnapStart, CRaC, a clone of a virtual machine): two processes that go on from one state could use a nonce twice.
     * Where the {@code org.crac} API is on the class path it is called by itself.
     */
    public void discardAll() {
        ciphers.discardAll();
    }

    /**
     * Asks the keyring for a data key of a stream and opens it again, outside of the caches: two key calls, or more with several wrapping keys.
     * For the start of a program, so that a missing permission shows before the first record. It needs the permissions of a writer and of a reader;
     * a writer that may not decrypt waits for {@link RecordEncryptor#ready} instead.
     *
     * @param stream the stream
     * @throws KinesisEncryptionException a key failure, whose message names the keyring
     * @throws IllegalStateException if this is closed, or the keyring only opens
     */
    public void verify(StreamIdentity stream) {
        if (!keyring.canEncrypt()) {
            throw new IllegalStateException(
                    "The keyring %s only opens records, so it has none of its own to open".formatted(keyring));
        }
        ciphers().verify(WriterContext.of(stream.name(), stream.arn(), encryptionContext));
    }

    /**
     * Overwrites the data keys and closes the clients that the keyring made for itself. Encryptors and decryptors that were made from this owner
     * then throw {@link IllegalStateException}. Closing twice does nothing.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LiveOwners.remove(keyring.toString());
        }
        ciphers.close();
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

    EncryptionListener events() {
        return events;
    }

    Ciphers ciphers() {
        if (closed) {
            throw new IllegalStateException(
                    "This KinesisEncryption is closed; close it after every client, producer and consumer");
        }
        return ciphers;
    }

    /** Configures a {@link KinesisEncryption}. Not thread-safe. */
    public static final class Builder {
        private static final Set<AlgorithmSuite> DEFAULT_SUITES = Set.of(
                AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
                AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY);

        private @Nullable Keyring keyring;
        private Map<String, String> encryptionContext = Map.of();
        private Map<String, String> requiredEncryptionContext = Map.of();
        private List<StreamIdentity> acceptedStreams = List.of();
        private Set<AlgorithmSuite> acceptedSuites = DEFAULT_SUITES;
        private KeyCacheOptions keyCache = KeyCacheOptions.DEFAULTS;
        private @Nullable Provider jcaProvider;
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
         * @throws IllegalArgumentException if a pair is not allowed, or all are more than 63 or take more than 4,096 bytes
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
         * Sets which records are read, by their algorithm suite and with it by their envelope format. Unless set, those of every suite without a
         * signature. A record of another is refused before any key call. For consumers that must know that a holder of the writers' permissions
         * wrote a record, accept the signed suite alone.
         *
         * @param suites at least one
         * @return this
         * @throws IllegalArgumentException if there is none
         */
        public Builder acceptedSuites(AlgorithmSuite... suites) {
            if (suites.length == 0) {
                throw new IllegalArgumentException("At least one algorithm suite must be accepted");
            }
            this.acceptedSuites = Set.copyOf(Arrays.asList(suites));
            return this;
        }

        /**
         * Makes readers refuse every record that is not signed: the signed suite is the only one that they accept.
         *
         * @return this
         */
        public Builder requireSigned() {
            return acceptedSuites(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384);
        }

        /**
         * Sets how long data keys are used, how many are kept, and how often the key service is asked.
         *
         * @param keyCache the options; {@link KeyCacheOptions#DEFAULTS} unless set
         * @return this
         */
        public Builder keyCache(KeyCacheOptions keyCache) {
            this.keyCache = Objects.requireNonNull(keyCache, "keyCache");
            return this;
        }

        /**
         * Sets the JCA provider that encrypts and decrypts COMPACT records. What the AWS Encryption SDK does follows the JVM's order of providers
         * as ever.
         *
         * @param jcaProvider the provider, which need not be registered; the JVM's first unless set
         * @return this
         */
        public Builder jcaProvider(Provider jcaProvider) {
            this.jcaProvider = Objects.requireNonNull(jcaProvider, "jcaProvider");
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
         * @throws IllegalArgumentException if signatures are required that would prove nothing under the keyring, or the JCA provider lacks an
         *     algorithm
         */
        public KinesisEncryption build() {
            if (keyring == null) {
                throw new IllegalStateException(
                        "No keyring is set: call keyring(Keyrings.awsKms(keyArn)) or another factory of Keyrings");
            }
            if (acceptedSuites.stream().allMatch(AlgorithmSuite::signed)) {
                checkSignatures(keyring);
            }
            return new KinesisEncryption(this, keyring);
        }
    }
}
