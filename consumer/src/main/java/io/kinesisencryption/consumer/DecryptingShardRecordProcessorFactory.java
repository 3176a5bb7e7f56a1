// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryDeserializer;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.arns.Arn;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/**
 * Decrypts in front of an application's record processors, for the Kinesis Client Library 2.x and 3.x. The application's processors get ordinary
 * records, and checkpoint as they always did.
 *
 * <pre>{@code
 * var factory = DecryptingShardRecordProcessorFactory.wrap(new MyProcessorFactory(), encryption);
 * var configs = new ConfigsBuilder(streamName, applicationName, kinesis, dynamoDb, cloudWatch, workerId, factory);
 * }</pre>
 *
 * <p>No record is lost and nothing is delivered that is not authenticated. A shard that comes to a record which cannot be decrypted delivers what
 * is before it and <em>holds</em> there: it tries again, in fractions of a second growing to half a minute while the key service is out of reach, and
 * each minute for every other reason, and logs an error each minute. Other shards go on. A hold ends when the record can be decrypted, for example
 * because a key is enabled again; it does not end by itself otherwise, so whoever can write to the stream can hold its shards. {@link FailurePolicies} skip
 * or dead-letter bad records instead, and {@link #letPass} lets a single one pass. Leases are renewed meanwhile; should a lease be lost all the same, another consumer goes on from the last checkpoint, and what this one delivers later comes twice.
 *
 * <p>A shard holds on the thread that KCL calls it on. Only where KCL's own loop would wait for that thread, which happens in the first moments of a
 * shard, a thread of this library's goes on and delivers the rest of that batch; the application still gets one call at a time.
 *
 * <p>KCL tells a processor nothing while it holds. A graceful shutdown of the scheduler waits for every hold, and a plain one ends them only after the
 * failover time, and only on the scheduler's own threads: call {@link #stopWaiting()} before either, for example in the shutdown hook.
 *
 * <p>With the initial position {@code LATEST} a shard has no checkpoint until its first record is delivered. If it is given up at that very record, the
 * next consumer begins at what is latest then: start with {@code TRIM_HORIZON} or {@code AT_TIMESTAMP} where nothing may be lost.
 *
 * <p>Close the {@link KinesisEncryption} only after the scheduler has ended: records cannot be decrypted from then on, so they are held. Thread-safe,
 * as far as the application's factory is.
 */
public final class DecryptingShardRecordProcessorFactory implements ShardRecordProcessorFactory {
    private final ShardRecordProcessorFactory delegate;
    private final KinesisEncryption encryption;
    private final @Nullable StreamIdentity stream;
    private final HoldEnvironment environment;

    DecryptingShardRecordProcessorFactory(
            ShardRecordProcessorFactory delegate,
            KinesisEncryption encryption,
            @Nullable StreamIdentity stream,
            HoldEnvironment environment) {
        this.delegate = delegate;
        this.encryption = encryption;
        this.stream = stream;
        this.environment = environment;
    }

    /**
     * Wraps an application's factory, with every option at its default.
     *
     * @param delegate the application's factory
     * @param encryption the keys; it stays the caller's to close, after the scheduler has ended
     * @return the factory to give to KCL
     * @throws IllegalArgumentException if {@code delegate} decrypts already
     */
    public static DecryptingShardRecordProcessorFactory wrap(
            ShardRecordProcessorFactory delegate, KinesisEncryption encryption) {
        return builder(delegate, encryption).build();
    }

    /**
     * Starts to wrap an application's factory.
     *
     * @param delegate the application's factory
     * @param encryption the keys; it stays the caller's to close, after the scheduler has ended
     * @return a builder; nothing more is needed
     * @throws IllegalArgumentException if {@code delegate} decrypts already
     */
    public static Builder builder(ShardRecordProcessorFactory delegate, KinesisEncryption encryption) {
        return new Builder(delegate, encryption);
    }

    /**
     * Makes a processor for a shard of the stream that this factory was built for. KCL never calls this one: it always names the stream.
     *
     * @return a processor around a new one of the application's
     * @throws IllegalStateException if no stream was given, because then nothing says which stream's records are to be accepted
     */
    @Override
    public ShardRecordProcessor shardRecordProcessor() {
        if (stream == null) {
            throw new IllegalStateException(
                    "Which stream is read is not known, so its records could not be told from those of another: call shardRecordProcessor(StreamIdentifier), as KCL does, or build this factory with builder(delegate, encryption).stream(StreamIdentity.of(streamName))");
        }
        return decrypting(delegate::shardRecordProcessor, stream);
    }

    /**
     * Makes a processor for a shard of the stream that KCL names. Its records must have been sealed for that stream's name, and for its ARN where both
     * the records and either KCL or this factory's builder give one.
     *
     * @param streamIdentifier the stream, as KCL knows it
     * @return a processor around a new one of the application's
     * @throws IllegalStateException if this factory was built for another stream
     */
    @Override
    public ShardRecordProcessor shardRecordProcessor(StreamIdentifier streamIdentifier) {
        StreamIdentity read = identityOf(streamIdentifier);
        return decrypting(() -> delegate.shardRecordProcessor(streamIdentifier), read);
    }

    /**
     * Lets every shard that holds give up, and every later hold end at once: for shutdown, before the scheduler's own. Returns without waiting for
     * the shards. Records that can be decrypted are delivered as before. A shard that gives up is halted: it delivers nothing more and its checkpoint
     * stays before the record, where the next consumer begins. There is no way back; a scheduler that should go on needs a new factory. Calling it
     * again does nothing.
     */
    public void stopWaiting() {
        environment.timer().stop();
    }

    /**
     * Lets one record pass that a shard waits at: it is passed over as if the policy were to skip it, and if there is a sink for dead letters, that is
     * offered the record first. For a record that no key will ever open. The shard goes on within a fraction of a second. If no shard waits at the record
     * yet, the first one that does lets it pass; a record that can be decrypted is delivered all the same. Each call counts once, in this process. A record
     * that waits only for its schema is handed on as it is instead; if its key is out of reach by then, once that is back, or it is passed over when it is
     * named again. Not for a shard that waits for the application.
     *
     * @param streamName the stream's name, or null for whichever stream the shard is of
     * @param shardId the shard, as the log names it
     * @param sequenceNumber the record, as the log names it
     * @throws IllegalArgumentException if a name is blank
     * @throws IllegalStateException if 1,000 records were named already that no shard has come to
     */
    public void letPass(@Nullable String streamName, String shardId, String sequenceNumber) {
        environment
                .passes()
                .request(
                        streamName,
                        Objects.requireNonNull(shardId, "shardId"),
                        Objects.requireNonNull(sequenceNumber, "sequenceNumber"));
    }

    /**
     * The shards of this factory that wait now: for a gauge of how many, since when and why.
     *
     * @return those that have waited longest first
     */
    public List<ConsumerListener.Hold> holds() {
        return environment.waiting().holds();
    }

    /**
     * How many records KCL has handed over that are not yet delivered or passed over: for a gauge.
     *
     * @return Kinesis records of all shards, those that are being processed by the application included
     */
    public long recordsInProgress() {
        return environment.waiting().recordsInProgress();
    }

    /**
     * Names what is wrapped.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "DecryptingShardRecordProcessorFactory[" + delegate + ", " + encryption + "]";
    }

    private ShardRecordProcessor decrypting(Supplier<ShardRecordProcessor> maker, StreamIdentity read) {
        ShardRecordProcessor application = make(maker);
        if (application == null) {
            throw new IllegalStateException("The factory %s made no record processor but null"
                    .formatted(delegate.getClass().getName()));
        }
        if (application instanceof DecryptingShardRecordProcessor) {
            throw new IllegalStateException("The record processors of %s decrypt already: wrap a factory once"
                    .formatted(delegate.getClass().getName()));
        }
        return new DecryptingShardRecordProcessor(
                application, read, RecordOpener.decrypting(encryption.decryptor(read)), environment);
    }

    /** What it throws is handed on as what a processor throws, for the same reasons. */
    private @Nullable ShardRecordProcessor make(Supplier<ShardRecordProcessor> maker) {
        try {
            return maker.get();
        } catch (Throwable e) {
            ApplicationCall.rethrow("The factory " + delegate.getClass().getName(), e);
            throw new IllegalStateException(e);
        }
    }

    private StreamIdentity identityOf(StreamIdentifier streamIdentifier) {
        String arn = streamIdentifier.streamArnOptional().map(Arn::toString).orElse(null);
        if (stream == null) {
            return new StreamIdentity(streamIdentifier.streamName(), arn);
        }
        boolean same = stream.name().equals(streamIdentifier.streamName())
                && (arn == null || stream.arn() == null || stream.arn().equals(arn));
        if (!same) {
            throw new IllegalStateException(
                    "This factory was built for the stream '%s', and KCL reads '%s'. Leave stream(...) out to read the streams that KCL names."
                            .formatted(stream, arn == null ? streamIdentifier.streamName() : arn));
        }
        return arn == null ? stream : new StreamIdentity(streamIdentifier.streamName(), arn);
    }

    /** Configures a {@link DecryptingShardRecordProcessorFactory}. Not thread-safe. */
    public static final class Builder {
        private final ShardRecordProcessorFactory delegate;
        private final KinesisEncryption encryption;
        private @Nullable StreamIdentity stream;
        private ConsumerListener listener = ConsumerListener.NONE;
        private FailurePolicies failurePolicies = FailurePolicies.DEFAULTS;
        private @Nullable Path passFile;
        private SchemaDecoder schemas = SchemaDecoder.NONE;

        private Builder(ShardRecordProcessorFactory delegate, KinesisEncryption encryption) {
            this.delegate = Objects.requireNonNull(delegate, "delegate");
            this.encryption = Objects.requireNonNull(encryption, "encryption");
            if (delegate instanceof DecryptingShardRecordProcessorFactory) {
                throw new IllegalArgumentException("%s decrypts already: wrap a factory once".formatted(delegate));
            }
        }

        /**
         * Sets the one stream that is read. KCL names it itself, so this is needed only to add the ARN where KCL knows just the name, so that records
         * which carry an ARN are held against it; and for callers of {@link DecryptingShardRecordProcessorFactory#shardRecordProcessor()}. If KCL names a stream that contradicts it, no
         * processor is made and the shard is not read: the application was started on another stream than it was built for, and which of the two
         * is meant is not for this library to guess. Leave it out to read several streams.
         *
         * @param stream the stream
         * @return this
         */
        public Builder stream(StreamIdentity stream) {
            this.stream = Objects.requireNonNull(stream, "stream");
            return this;
        }

        /**
         * Sets who is told of what is delivered, of holds and of records that cannot be decrypted.
         *
         * @param listener the listener, which is called on a thread of its own
         * @return this
         */
        public Builder listener(ConsumerListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets what is done about records that cannot be decrypted, and about an application that throws.
         *
         * @param failurePolicies the policies; {@link FailurePolicies#DEFAULTS} unless set, under which nothing is passed over
         * @return this
         */
        public Builder failurePolicies(FailurePolicies failurePolicies) {
            this.failurePolicies = Objects.requireNonNull(failurePolicies, "failurePolicies");
            return this;
        }

        /**
         * Sets a file in which an operator names records that are let pass, from outside of the program. A shard reads it when it begins to wait and each
         * time that it has tried its record again. Each line names one record, as the log does: stream name, shard id and sequence number, with blanks
         * between; empty lines and those that begin with {@code #} are passed over. A line counts for that record as long as it stands there, in every process that has the
         * file: it is never changed. Whoever may write it decides what this consumer leaves out.
         *
         * @param passFile the file, of at most 65,536 bytes; it need not exist
         * @return this
         */
        public Builder passFile(Path passFile) {
            this.passFile = Objects.requireNonNull(passFile, "passFile");
            return this;
        }

        /**
         * Sets what decodes records that a serializer of the AWS Glue Schema Registry has encoded, after they are decrypted: the application finds the schema
         * in {@code KinesisClientRecord.schema()}, as it would without encryption. In KCL's own {@code RetrievalConfig} such a deserializer sees only
         * ciphertext, which it leaves alone. While it fails (the registry is out of reach, or does not know a schema) the shard waits, as for a key; a
         * record that an operator lets pass then is handed on as it is.
         *
         * @param deserializer the deserializer; called by many shards at once
         * @return this
         */
        public Builder glueSchemaRegistryDeserializer(GlueSchemaRegistryDeserializer deserializer) {
            this.schemas = new GlueSchemaDecoder(deserializer);
            return this;
        }

        /**
         * Makes the factory.
         *
         * @return the factory to give to KCL
         */
        public DecryptingShardRecordProcessorFactory build() {
            return new DecryptingShardRecordProcessorFactory(
                    delegate,
                    encryption,
                    stream,
                    new HoldEnvironment(
                            new HoldTimer.OfTheSystem(),
                            () -> ThreadLocalRandom.current().nextDouble(),
                            ConsumerEvents.onOwnThread(listener),
                            HoldEnvironment.OWN_THREADS,
                            SchedulerWatch::ofTheVirtualMachine,
                            failurePolicies,
                            new LetPass(passFile),
                            new WaitingShards(),
                            schemas));
        }
    }
}
