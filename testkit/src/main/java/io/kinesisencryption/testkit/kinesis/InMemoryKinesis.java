// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.MutableClock;
import io.kinesisencryption.testkit.internal.AccountIds;
import java.math.BigInteger;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;

/**
 * An Amazon Kinesis Data Streams in memory, behind the AWS SDK's own {@link KinesisClient} and {@link KinesisAsyncClient}: one
 * account in one region, with the service's limits, error codes, sequence numbers, shard lineage and retention. For tests of
 * producers and consumers, a real KCL {@code Scheduler} among them. Thread-safe; opens no socket.
 *
 * <pre>{@code
 * InMemoryKinesis kinesis = InMemoryKinesis.create();
 * kinesis.createStream("orders", 4);
 * kinesis.faults().inject(KinesisFault.throttled("PutRecords").times(2));
 * new MyProducer(kinesis.client()).run();
 * assertThat(kinesis.storedRecords("orders")).hasSize(100);
 * }</pre>
 *
 * <p><b>Operations.</b> CreateStream, DeleteStream, DescribeStream, DescribeStreamSummary, ListStreams, DescribeLimits,
 * IncreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriod, UpdateMaxRecordSize; ListShards, SplitShard, MergeShards,
 * UpdateShardCount; PutRecord, PutRecords, GetShardIterator, GetRecords; RegisterStreamConsumer, DescribeStreamConsumer,
 * ListStreamConsumers, DeregisterStreamConsumer and, on the asynchronous client, SubscribeToShard. The SDK's paginators and
 * waiters work. A stream is addressed by name or by ARN. Every other operation keeps the SDK's default, which throws
 * {@link UnsupportedOperationException}: tags, resource policies, enhanced monitoring, server-side encryption,
 * UpdateStreamMode, account settings and warm throughput.
 *
 * <p><b>What differs from the service.</b> Changes take effect at once: a stream or consumer is ACTIVE as soon as it is created,
 * and a split or merge is done when the call returns. A client makes one attempt per call and ignores the request's override
 * configuration: there are no retries and no timeouts. Reads are not throttled. UpdateShardCount halves the widest shards or
 * joins the narrowest neighbours, so shards are of equal size only after doubling or halving. ExplicitHashKey and partition key
 * always choose the shard, whatever the stream's mode.
 *
 * <p><b>Time</b> is the {@linkplain Builder#clock clock}'s: arrival times, retention (24 hours unless changed), the five minutes
 * that shard iterators, next tokens and subscriptions live, and shard capacity. Only the empty events that an idle
 * subscription gets every five seconds follow real time.
 *
 * <p><b>The methods of this class</b> act for the test itself: they are not counted as calls and meet no fault.
 *
 * <p><b>Memory.</b> Records are kept as they were put, sharing the immutable {@code SdkBytes} of the request; nothing is copied.
 * A caller that made them with an {@code Unsafe} factory must not change the array later.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html">Kinesis Data Streams API Reference</a>
 */
public final class InMemoryKinesis {
    private final Account account;
    private final KinesisFaults faults = new KinesisFaults();
    private final Service service;
    private final KinesisServiceClientConfiguration configuration;
    private final Executor asyncExecutor;

    private InMemoryKinesis(Builder options) {
        this.account = new Account(options.clock, options.region, options.accountId, options.shardThroughputLimits);
        this.service = new Service(account, faults, new SharedRandom(options.seed));
        this.configuration = KinesisServiceClientConfiguration.builder()
                .region(options.region)
                .overrideConfiguration(ClientOverrideConfiguration.builder().build())
                .build();
        this.asyncExecutor = options.asyncExecutor == null ? defaultExecutor() : options.asyncExecutor;
    }

    /**
     * A service with the defaults of {@link #builder()}.
     *
     * @return a service without streams
     */
    public static InMemoryKinesis create() {
        return builder().build();
    }

    /**
     * Options for a service.
     *
     * @return a builder with the system's clock, region us-east-1, account 123456789012, no throughput limits, seed 0 and an
     *     executor of its own
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A blocking client of this service. Clients share everything but their closing: calls on a closed one throw
     * {@link IllegalStateException}, others go on.
     *
     * @return a new client
     */
    public KinesisClient client() {
        return new SyncClient(service, configuration);
    }

    /**
     * An asynchronous client of this service. A call runs on the {@linkplain Builder#asyncExecutor executor}; a future that is
     * cancelled before its turn has no effect on the service. Clients share everything but their closing: calls on a closed one
     * throw {@link IllegalStateException}, others go on.
     *
     * @return a new client
     */
    public KinesisAsyncClient asyncClient() {
        return new AsyncClient(service, configuration, asyncExecutor);
    }

    /**
     * Creates a provisioned stream, ACTIVE when this returns.
     *
     * @param name 1 to 128 of the characters {@code a-z A-Z 0-9 _ . -}
     * @param shardCount open shards of equal size, 1 to 20,000 over all streams
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceInUseException if there is a stream of that name
     * @throws software.amazon.awssdk.services.kinesis.model.ValidationException if the name or the count is out of range
     */
    public void createStream(String name, int shardCount) {
        CreateStreamRequest request = CreateStreamRequest.builder()
                .streamName(name)
                .shardCount(shardCount)
                .build();
        service.calls().perform(() -> service.streams().create(request));
    }

    /**
     * Splits an open shard in two.
     *
     * @param streamName the stream
     * @param shardId the shard, such as {@code shardId-000000000000}
     * @param newStartingHashKey the first hash key of the upper half
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream or shard
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceInUseException if the shard is closed
     * @throws software.amazon.awssdk.services.kinesis.model.InvalidArgumentException if the hash key does not lie inside the shard
     */
    public void splitShard(String streamName, String shardId, BigInteger newStartingHashKey) {
        SplitShardRequest request = SplitShardRequest.builder()
                .streamName(streamName)
                .shardToSplit(shardId)
                .newStartingHashKey(newStartingHashKey.toString())
                .build();
        service.calls().perform(() -> service.shards().split(request));
    }

    /**
     * Merges two open shards that are neighbours.
     *
     * @param streamName the stream
     * @param shardId one shard
     * @param adjacentShardId the other
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException if there is no such stream or shard
     * @throws software.amazon.awssdk.services.kinesis.model.ResourceInUseException if one of them is closed
     * @throws software.amazon.awssdk.services.kinesis.model.InvalidArgumentException if they are no neighbours
     */
    public void mergeShards(String streamName, String shardId, String adjacentShardId) {
        MergeShardsRequest request = MergeShardsRequest.builder()
                .streamName(streamName)
                .shardToMerge(shardId)
                .adjacentShardToMerge(adjacentShardId)
                .build();
        service.calls().perform(() -> service.shards().merge(request));
    }

    /**
     * What a stream stores now: the records within its retention period, shard by shard in the order of shard ids, each shard's
     * in the order of sequence numbers.
     *
     * @param streamName the stream
     * @return an immutable list
     * @throws IllegalArgumentException if there is no stream of that name
     */
    public List<StoredRecord> storedRecords(String streamName) {
        try {
            return account.named(streamName).storedRecords();
        } catch (ServiceError e) {
            throw new IllegalArgumentException("There is no stream \"" + streamName + "\"", e);
        }
    }

    /**
     * The ARN that a stream of that name has, whether it exists or not.
     *
     * @param streamName the stream
     * @return {@code arn:aws:kinesis:REGION:ACCOUNT:stream/NAME}
     */
    public String streamArn(String streamName) {
        return account.streamArn(streamName);
    }

    /**
     * How many calls of an operation all clients have made so far, whether they succeeded, failed or met a fault.
     *
     * @param operation an operation's API name, such as {@code PutRecords}
     * @return the count since the start or the last {@link #resetCalls()}
     * @throws IllegalArgumentException if this service has no operation of that name
     */
    public long callCount(String operation) {
        return service.calls().counts().count(operation);
    }

    /**
     * How many calls of each operation all clients have made so far, as {@link #callCount} counts them.
     *
     * @return an unmodifiable copy, by the operations' API names; operations that were not called are absent
     */
    public Map<String, Long> calls() {
        return service.calls().counts().counts();
    }

    /** Sets every call count to zero. */
    public void resetCalls() {
        service.calls().counts().reset();
    }

    /**
     * The faults this service is under, on all its clients.
     *
     * @return the one registry of this service
     */
    public Faults<KinesisFault> faults() {
        return faults.registry();
    }

    /** A few daemon threads that come when there is work and go a little later, so that nobody has to close anything. */
    private static Executor defaultExecutor() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                Builder.DEFAULT_THREADS,
                Builder.DEFAULT_THREADS,
                Builder.THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "in-memory-kinesis-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Options of an {@link InMemoryKinesis}. Not thread-safe. */
    public static final class Builder {
        static final int DEFAULT_THREADS = 4;
        static final long THREAD_IDLE_SECONDS = 5;

        private Clock clock = Clock.systemUTC();
        private Region region = Region.US_EAST_1;
        private String accountId = AccountIds.DEFAULT;
        private boolean shardThroughputLimits;
        private long seed;
        private @Nullable Executor asyncExecutor;

        private Builder() {}

        /**
         * The service's time. With a {@link MutableClock} a test sees records expire, iterators die and capacity refill.
         *
         * @param clock the system's UTC clock by default
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * The region of the clients and of ARNs.
         *
         * @param region us-east-1 by default
         * @return this builder
         */
        public Builder region(Region region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        /**
         * The account of every stream.
         *
         * @param accountId twelve digits; 123456789012 by default
         * @return this builder
         */
        public Builder accountId(String accountId) {
            this.accountId = Objects.requireNonNull(accountId, "accountId");
            return this;
        }

        /**
         * Whether a shard takes 1 MiB and 1,000 records a second only, by the clock, and refuses more with
         * {@code ProvisionedThroughputExceededException}. A shard starts with one second's worth, refills steadily, and lets one
         * record larger than that pass when it is full.
         *
         * @param enforced false by default
         * @return this builder
         * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">Quotas and limits</a>
         */
        public Builder shardThroughputLimits(boolean enforced) {
            this.shardThroughputLimits = enforced;
            return this;
        }

        /**
         * The seed of everything random: request ids, and {@linkplain KinesisFault#failRecordsRandomly records that fail by
         * chance}. A single-threaded test sees the same in each run. Nothing drawn from it is secret.
         *
         * @param seed any number; 0 by default
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * What runs the asynchronous clients' calls, and therefore the stages that depend on them and the events of
         * subscriptions. {@code Runnable::run} makes every call finish before it returns; a queue that the test drains by hand
         * holds calls back, so that cancellation and timeouts can be tested.
         *
         * @param executor a pool of four daemon threads by default, which end when idle
         * @return this builder
         */
        public Builder asyncExecutor(Executor executor) {
            this.asyncExecutor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Makes the service.
         *
         * @return a service without streams
         * @throws IllegalArgumentException if the account id is not twelve digits
         */
        public InMemoryKinesis build() {
            AccountIds.require(accountId);
            return new InMemoryKinesis(this);
        }
    }
}
