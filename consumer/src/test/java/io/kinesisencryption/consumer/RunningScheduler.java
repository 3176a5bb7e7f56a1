// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.testkit.dynamodb.KclLeaseTable;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A real KCL scheduler over the in-memory services, set to start and to react at once: with KCL's defaults its first record takes more than a minute.
 * Starting one again for the same application is a restart.
 */
final class RunningScheduler implements AutoCloseable {
    /** A machine that stands still for longer takes the leases from their worker, which then begins again and delivers some records twice. */
    private static final long LEASE_MILLIS = 5000;

    private final LocalDynamoDb dynamoDb;
    private final String application;
    private final String worker = "worker-" + UUID.randomUUID();
    private final KinesisAsyncClient kinesis;
    private final CloudWatchAsyncClient cloudWatch;
    private final Scheduler scheduler;
    private final Thread thread;

    private RunningScheduler(
            KinesisAsyncClient kinesis,
            LocalDynamoDb dynamoDb,
            String stream,
            String application,
            boolean fanOut,
            ShardRecordProcessorFactory factory) {
        this.dynamoDb = dynamoDb;
        this.application = application;
        this.kinesis = kinesis;
        // Never called, because metrics are off; port 9 is nobody's.
        this.cloudWatch = CloudWatchAsyncClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:9"))
                .region(LocalDynamoDb.region())
                .credentialsProvider(LocalDynamoDb.credentials())
                .build();
        this.scheduler = scheduler(stream, fanOut, factory);
        this.thread = new Thread(scheduler, "kcl-scheduler");
        thread.setDaemon(true);
    }

    /**
     * Starts one.
     *
     * @param application the name of its lease table, which is made, with a lease for each open shard, unless it exists
     */
    static RunningScheduler start(
            InMemoryKinesis service,
            LocalDynamoDb dynamoDb,
            String stream,
            String application,
            ShardRecordProcessorFactory factory) {
        return start(service, service.asyncClient(), dynamoDb, stream, application, false, factory);
    }

    /**
     * Starts one over a client of the caller's, which is closed with it.
     *
     * @param fanOut whether it subscribes to shards, in place of polling
     */
    static RunningScheduler start(
            InMemoryKinesis service,
            KinesisAsyncClient client,
            LocalDynamoDb dynamoDb,
            String stream,
            String application,
            boolean fanOut,
            ShardRecordProcessorFactory factory) {
        KclLeaseTable.builder(dynamoDb.client(), application)
                .shards(service.client().listShards(r -> r.streamName(stream)).shards())
                .ownerIndex(true)
                .create();
        RunningScheduler running = new RunningScheduler(client, dynamoDb, stream, application, fanOut, factory);
        running.thread.start();
        return running;
    }

    private Scheduler scheduler(String stream, boolean fanOut, ShardRecordProcessorFactory factory) {
        ConfigsBuilder configs = new ConfigsBuilder(
                new SingleStreamTracker(
                        StreamIdentifier.singleStreamInstance(stream),
                        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)),
                application,
                kinesis,
                dynamoDb.asyncClient(),
                cloudWatch,
                worker,
                factory);
        PollingConfig polling = new PollingConfig(stream, kinesis);
        polling.idleTimeBetweenReadsInMillis(200);
        return new Scheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig()
                        .shardConsumerDispatchPollIntervalMillis(50)
                        .parentShardPollIntervalMillis(500),
                Kcl3Options.assigningQuickly(configs.leaseManagementConfig())
                        .shardSyncIntervalMillis(1000)
                        .failoverTimeMillis(LEASE_MILLIS)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .initialPositionInStream(InitialPositionInStreamExtended.newInitialPosition(
                                InitialPositionInStream.TRIM_HORIZON)),
                configs.lifecycleConfig().taskBackoffTimeMillis(100),
                configs.metricsConfig().metricsLevel(MetricsLevel.NONE).metricsFactory(new NullMetricsFactory()),
                configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(fanOut ? fanOut(stream) : polling));
    }

    private FanOutConfig fanOut(String stream) {
        return new FanOutConfig(kinesis).streamName(stream).applicationName(application);
    }

    /** The checkpoint of a shard as the lease table has it; empty if it has no such lease. */
    String checkpoint(String shardId) {
        return checkpoint(dynamoDb, application, shardId);
    }

    static String checkpoint(LocalDynamoDb dynamoDb, String application, String shardId) {
        Map<String, AttributeValue> lease = dynamoDb.client()
                .getItem(r -> r.tableName(application)
                        .key(Map.of("leaseKey", AttributeValue.fromS(shardId)))
                        .consistentRead(true))
                .item();
        return lease.containsKey("checkpoint") ? lease.get("checkpoint").s() : "";
    }

    /** Asks the scheduler to shut down, and returns whether its loop has ended within the time. */
    boolean shutdown(Duration timeout) throws InterruptedException {
        scheduler.shutdown();
        return join(timeout);
    }

    /** As {@link #shutdown}, but gracefully: processors are asked for a last checkpoint. */
    boolean shutdownGracefully(Duration timeout) throws Exception {
        scheduler.startGracefulShutdown().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return join(timeout);
    }

    private boolean join(Duration timeout) throws InterruptedException {
        thread.join(timeout.toMillis());
        boolean ended = !thread.isAlive();
        if (ended) {
            giveBackLeases();
        }
        return ended;
    }

    /** So that the next worker need not wait until they have expired. */
    private void giveBackLeases() {
        for (Map<String, AttributeValue> item : dynamoDb.client()
                .scan(r -> r.tableName(application).consistentRead(true))
                .items()) {
            if (AttributeValue.fromS(worker).equals(item.get("leaseOwner"))) {
                dynamoDb.client()
                        .updateItem(r -> r.tableName(application)
                                .key(Map.of("leaseKey", item.get("leaseKey")))
                                .updateExpression("REMOVE leaseOwner ADD leaseCounter :one")
                                .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1"))));
            }
        }
    }

    @Override
    public void close() {
        if (thread.isAlive()) {
            try {
                shutdown(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        kinesis.close();
        cloudWatch.close();
    }
}
