// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.batching;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.EncryptingKinesisAsyncClient;
import io.kinesisencryption.producer.ProducerListener;
import io.kinesisencryption.producer.internal.SafeListener;
import io.kinesisencryption.suite.PayloadKind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** Configures a {@link BatchingProducer}. Made by {@link BatchingProducer#builder}. Not thread-safe. */
public final class BatchingProducerBuilder {
    private static final Duration MAX_LINGER = Duration.ofMinutes(1);
    private static final Duration MIN_DELIVERY_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MAX_DELIVERY_TIMEOUT = Duration.ofHours(24);
    private static final int MIN_AGGREGATE_SIZE_BYTES = 1024;

    /** The default limit of a stream, less what an envelope may take with many encrypted data keys and a large encryption context. */
    private static final int MAX_AGGREGATE_SIZE_BYTES = 1024 * 1024 - 64 * 1024;

    private static final int MAX_AGGREGATE_RECORDS = 1_000_000;
    private static final int MIN_BUFFER_SIZE_BYTES = 64 * 1024;
    private static final int MIN_REQUEST_SIZE_BYTES = 1024 * 1024;
    private static final int MAX_REQUEST_SIZE_BYTES = 10 * 1024 * 1024;

    private final KinesisAsyncClient client;
    private final KinesisEncryption encryption;
    private @Nullable StreamIdentity stream;
    private EncryptorOptions encryptorOptions = EncryptorOptions.DEFAULTS;
    private Duration linger = Duration.ofMillis(100);
    private int maxAggregateSizeBytes = 51_200;
    private int maxAggregateRecords = 10_000;
    private long maxBufferedBytes = 64L * 1024 * 1024;
    private int maxBufferedRecords = 100_000;
    private Duration deliveryTimeout = Duration.ofMinutes(2);
    private int maxRequestSizeBytes = 5 * 1024 * 1024;
    private boolean ordered = true;
    private int slices;
    private ProducerListener listener = ProducerListener.NONE;

    BatchingProducerBuilder(KinesisAsyncClient client, KinesisEncryption encryption) {
        Objects.requireNonNull(client, "client");
        if (client instanceof EncryptingKinesisAsyncClient) {
            throw new IllegalArgumentException(
                    "The client is an EncryptingKinesisAsyncClient, which would encrypt every record again; give the producer the client inside it");
        }
        this.client = client;
        this.encryption = Objects.requireNonNull(encryption, "encryption");
    }

    /**
     * Sets the stream by its name. A stream is required.
     *
     * @param name the stream's name
     * @return this
     * @throws IllegalArgumentException if it is not a stream name
     */
    public BatchingProducerBuilder stream(String name) {
        return stream(StreamIdentity.of(name));
    }

    /**
     * Sets the stream. A stream is required.
     *
     * @param stream the stream; if its ARN is given, records are bound to that as well
     * @return this
     */
    public BatchingProducerBuilder stream(StreamIdentity stream) {
        if (this.stream != null) {
            throw new IllegalStateException("The stream is set already, to " + this.stream);
        }
        this.stream = Objects.requireNonNull(stream, "stream");
        return this;
    }

    /**
     * Sets how aggregates are sealed: the envelope format, compression and so on. With a blinding secret, slices are chosen by a keyed hash
     * of the partition key, so that they tell nothing to who guesses keys.
     *
     * @param encryptorOptions the options, {@link EncryptorOptions#DEFAULTS} unless set; the payload kind is an aggregate whatever they say
     * @return this
     */
    public BatchingProducerBuilder encryptorOptions(EncryptorOptions encryptorOptions) {
        this.encryptorOptions = Objects.requireNonNull(encryptorOptions, "encryptorOptions");
        return this;
    }

    /**
     * Sets how long an aggregate waits for more records. It does not wait where none is to be expected in the time.
     *
     * @param linger 100 milliseconds unless set; from 0 to 1 minute and at most a quarter of the delivery timeout
     * @return this
     */
    public BatchingProducerBuilder linger(Duration linger) {
        this.linger = Objects.requireNonNull(linger, "linger");
        return this;
    }

    /**
     * Sets the bounds of an aggregate. A record that is larger alone travels alone.
     *
     * @param maxSizeBytes before it is compressed and sealed; 51,200 unless set; from 1,024 to 983,040
     * @param maxRecords 10,000 unless set; from 1 to 1,000,000
     * @return this
     */
    public BatchingProducerBuilder aggregates(int maxSizeBytes, int maxRecords) {
        this.maxAggregateSizeBytes = maxSizeBytes;
        this.maxAggregateRecords = maxRecords;
        return this;
    }

    /**
     * Sets how much may wait to be acknowledged. {@link BatchingProducer#put(io.kinesisencryption.UserRecord)} waits for room,
     * {@link BatchingProducer#tryPut} refuses. In memory, records take up to about twice as much while they are sealed and sent.
     *
     * @param maxBytes data, keys and 220 bytes for each record; 64 MiB unless set; from 65,536 to 549,755,813,887
     * @param maxRecords 100,000 unless set; from 1 to 8,388,608
     * @return this
     */
    public BatchingProducerBuilder buffer(long maxBytes, int maxRecords) {
        this.maxBufferedBytes = maxBytes;
        this.maxBufferedRecords = maxRecords;
        return this;
    }

    /**
     * Sets how long a record is tried before it is given up.
     *
     * @param deliveryTimeout 2 minutes unless set; from 1 second to 24 hours
     * @return this
     */
    public BatchingProducerBuilder deliveryTimeout(Duration deliveryTimeout) {
        this.deliveryTimeout = Objects.requireNonNull(deliveryTimeout, "deliveryTimeout");
        return this;
    }

    /**
     * Sets how much one call of PutRecords carries.
     *
     * @param maxRequestSizeBytes 5 MiB unless set; from 1 MiB to 10 MiB, which is the service's limit since October 2025. A record that is
     *     larger alone has a call of its own.
     * @return this
     * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html">PutRecords</a>
     */
    public BatchingProducerBuilder maxRequestSizeBytes(int maxRequestSizeBytes) {
        this.maxRequestSizeBytes = maxRequestSizeBytes;
        return this;
    }

    /**
     * Gives up the order of records with one partition key, for more throughput of few keys: aggregates of a slice no longer wait for each other.
     *
     * @return this
     */
    public BatchingProducerBuilder unordered() {
        this.ordered = false;
        return this;
    }

    /**
     * Sets into how many parts the hash keys are divided. Unless it is set, there are at least eight for each shard that is open when the first
     * record is put. In a fleet, and across restarts, the number decides which way a key goes: set it where several producers must send one key
     * the same way, or where the stream will grow to more shards than half of the slices.
     *
     * @param slices a power of two from 1 to 65,536
     * @return this
     */
    public BatchingProducerBuilder slices(int slices) {
        if (slices < 1 || slices > Slices.LARGEST_COUNT || Integer.bitCount(slices) != 1) {
            throw new IllegalArgumentException(
                    "slices is %d; it must be a power of two from 1 to %d".formatted(slices, Slices.LARGEST_COUNT));
        }
        this.slices = slices;
        return this;
    }

    /**
     * Sets who is told what happens.
     *
     * @param listener the listener
     * @return this
     */
    public BatchingProducerBuilder listener(ProducerListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Starts the producer. It makes no call before the first record.
     *
     * @return the producer, for the caller to close
     * @throws IllegalStateException if no stream is set
     * @throws IllegalArgumentException if an option is out of range or contradicts another one, or the keyring cannot do what the options ask for
     */
    public BatchingProducer build() {
        return build(null);
    }

    /** With another way to seal aggregates, so that the benchmarks can tell what sealing costs; null for the encryptor's. */
    BatchingProducer build(@Nullable Sealer sealer) {
        if (stream == null) {
            throw new IllegalStateException("No stream is set: call stream(\"...\")");
        }
        check("deliveryTimeout", deliveryTimeout, MIN_DELIVERY_TIMEOUT, MAX_DELIVERY_TIMEOUT);
        check("linger", linger, Duration.ZERO, MAX_LINGER);
        if (linger.compareTo(deliveryTimeout.dividedBy(4)) > 0) {
            throw new IllegalArgumentException(
                    "linger is %s; with deliveryTimeout %s it must be at most a quarter of that"
                            .formatted(linger, deliveryTimeout));
        }
        check("the size of aggregates", maxAggregateSizeBytes, MIN_AGGREGATE_SIZE_BYTES, MAX_AGGREGATE_SIZE_BYTES);
        check("the records of aggregates", maxAggregateRecords, 1, MAX_AGGREGATE_RECORDS);
        check("the size of the buffer", maxBufferedBytes, MIN_BUFFER_SIZE_BYTES, Budget.LARGEST_MAX_BYTES);
        check("the records of the buffer", maxBufferedRecords, 1, Budget.LARGEST_MAX_RECORDS);
        check("maxRequestSizeBytes", maxRequestSizeBytes, MIN_REQUEST_SIZE_BYTES, MAX_REQUEST_SIZE_BYTES);
        Settings settings = new Settings(
                stream,
                linger.toNanos(),
                maxAggregateSizeBytes,
                maxAggregateRecords,
                maxRequestSizeBytes,
                deliveryTimeout.toNanos(),
                ordered,
                slices,
                new SafeListener<>(listener));
        RecordEncryptor encryptor =
                encryption.encryptor(stream, encryptorOptions.withPayloadKind(PayloadKind.AGGREGATE));
        return new BatchingProducer(
                settings,
                StreamClient.of(client, stream),
                encryptor,
                sealer == null ? encryptor::encryptAggregate : sealer,
                maxBufferedBytes,
                maxBufferedRecords);
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d; it must be from %d to %d".formatted(what, value, least, most));
        }
    }

    private static void check(String what, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s; it must be from %s to %s".formatted(what, value, least, most));
        }
    }
}
