// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.ConsumerListener;
import io.kinesisencryption.consumer.DecryptingShardRecordProcessorFactory;
import io.kinesisencryption.testkit.dynamodb.KclLeaseTable;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A KCL application, its scheduler on a thread of its own until it is closed. What makes it an encrypted one is a single line: the factory that
 * decrypts around the application's factory. The rest of its settings make KCL start at once instead of after a minute.
 */
final class OrderConsumer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrderConsumer.class);

    private static final String APPLICATION = "order-consumer";
    private static final long GRACEFUL_SHUTDOWN_SECONDS = 5;

    private final DecryptingShardRecordProcessorFactory processors;
    private final Scheduler scheduler;
    private final Thread thread;

    private OrderConsumer(DecryptingShardRecordProcessorFactory processors, Scheduler scheduler) {
        this.processors = processors;
        this.scheduler = scheduler;
        this.thread = new Thread(scheduler, "kcl-scheduler");
        thread.setDaemon(true);
    }

    static OrderConsumer start(
            InMemoryKinesis kinesis,
            LocalDynamoDb dynamoDb,
            String stream,
            KinesisEncryption encryption,
            Deliveries deliveries) {
        KclLeaseTable.builder(dynamoDb.asyncClient(), APPLICATION)
                .shards(kinesis.client().listShards(r -> r.streamName(stream)).shards())
                .create();
        var processors = DecryptingShardRecordProcessorFactory.builder(() -> new OrderProcessor(deliveries), encryption)
                .listener(new ConsumerListener() {
                    @Override
                    public void onHoldStarted(Hold hold) {
                        deliveries.obstructed("record %s of %s cannot be decrypted: %s"
                                .formatted(
                                        hold.sequenceNumber(),
                                        hold.shardId(),
                                        hold.error().getMessage()));
                    }
                })
                .build();
        OrderConsumer consumer =
                new OrderConsumer(processors, scheduler(kinesis.asyncClient(), dynamoDb, stream, processors));
        consumer.thread.start();
        return consumer;
    }

    private static Scheduler scheduler(
            KinesisAsyncClient kinesis,
            LocalDynamoDb dynamoDb,
            String stream,
            DecryptingShardRecordProcessorFactory processors) {
        var tracker = new SingleStreamTracker(
                stream, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        var configs = new ConfigsBuilder(
                tracker, APPLICATION, kinesis, dynamoDb.asyncClient(), new NoCloudWatch(), "worker-1", processors);
        return new Scheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig()
                        .skipShardSyncAtWorkerInitializationIfLeasesExist(true)
                        .shardConsumerDispatchPollIntervalMillis(50)
                        .parentShardPollIntervalMillis(500),
                configs.leaseManagementConfig()
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .shardSyncIntervalMillis(1_000),
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsLevel(MetricsLevel.NONE).metricsFactory(new NullMetricsFactory()),
                configs.processorConfig(),
                configs.retrievalConfig()
                        .retrievalSpecificConfig(new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200)));
    }

    /** Ends the scheduler gracefully, if that does not take long. */
    void stop() {
        processors.stopWaiting();
        try {
            scheduler.startGracefulShutdown().get(GRACEFUL_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The scheduler did not end gracefully", e);
        }
    }

    /** Ends the scheduler at once, if it has not ended yet. */
    @Override
    public void close() {
        processors.stopWaiting();
        if (!scheduler.shutdownComplete()) {
            scheduler.shutdown();
        }
    }

    /** Takes the place of a service that is not there: the metrics go nowhere. */
    private static final class NoCloudWatch implements CloudWatchAsyncClient {
        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }
}
