// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.consumer.DeliveryJournal.Kind;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.dynamodb.LocalDynamoDb;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A Java virtual machine of its own that runs a real KCL scheduler over services behind loopback ports, and writes down what it delivers at once, so
 * that its parent may end it at any moment. Asked to end, it does so as the documentation of holds says.
 */
final class WorkerProcess implements AutoCloseable {
    /** With less, leases wander between workers on a busy machine. */
    private static final long FAILOVER_MILLIS = 5_000;

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int LOG_LINES = 40;
    private static final int LARGEST_STEAL = 4;

    private final String name;
    private final Process process;
    private final Path log;

    private WorkerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        // For a test run that is interrupted.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Starts one, which logs to a file of its name in a folder. */
    static WorkerProcess start(Path folder, String name, WorkerSettings settings) throws IOException {
        Path log = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                // Two of them and their parent share a machine, and each lives for a minute or so.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WorkerProcess.class.getName(),
                name));
        command.addAll(settings.arguments());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new WorkerProcess(name, process, log);
    }

    /** Its name, which is the worker's for KCL. */
    String name() {
        return name;
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** The end of what it has said. */
    String log() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return name + ":\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** Ends it as {@code kill -9} does, and returns its exit code. */
    int kill() throws InterruptedException {
        return process.destroyForcibly().waitFor();
    }

    /** Sends it SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits for its end, and returns whether that came in time. */
    boolean awaitExit(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    int exitCode() {
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The process itself. */
    public static void main(String[] args) throws IOException {
        String name = args[0];
        WorkerSettings settings = WorkerSettings.of(Arrays.asList(args).subList(1, args.length));
        try (DeliveryJournal journal = DeliveryJournal.append(settings.journal(), name);
                KmsClient kms = KmsClient.builder()
                        .endpointOverride(settings.kms())
                        .region(LocalDynamoDb.region())
                        .credentialsProvider(LocalDynamoDb.credentials())
                        .build();
                KinesisEncryption encryption = KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(settings.keyArns(), region -> kms))
                        .build()) {
            AtomicInteger runs = new AtomicInteger();
            DecryptingShardRecordProcessorFactory factory = DecryptingShardRecordProcessorFactory.builder(
                            () -> new WorkerApplication(
                                    journal, settings.orders(), settings.checkpoints(), runs.incrementAndGet()),
                            encryption)
                    .listener(journaling(journal))
                    .build();
            Scheduler scheduler = scheduler(name, settings, factory);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(factory, scheduler)));
            scheduler.run();
        }
    }

    private static ConsumerListener journaling(DeliveryJournal journal) {
        return new ConsumerListener() {
            @Override
            public void onHoldStarted(Hold hold) {
                journal.add(Kind.HELD, 0, hold.shardId(), hold.sequenceNumber(), hold.reason());
            }

            @Override
            public void onHoldEnded(Hold hold, Outcome outcome) {
                journal.add(Kind.RELEASED, 0, hold.shardId(), outcome);
            }
        };
    }

    /** Holds first, for a graceful shutdown waits for them; and that may take longer than a process is given to end. */
    private static void end(DecryptingShardRecordProcessorFactory factory, Scheduler scheduler) {
        factory.stopWaiting();
        try {
            scheduler.startGracefulShutdown().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            scheduler.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Scheduler scheduler(String name, WorkerSettings settings, ShardRecordProcessorFactory factory) {
        KinesisAsyncClient kinesis = KinesisLocal.asyncClient(settings.kinesis());
        InitialPositionInStreamExtended fromTheStart =
                InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
        ConfigsBuilder configs = new ConfigsBuilder(
                new SingleStreamTracker(StreamIdentifier.singleStreamInstance(settings.stream()), fromTheStart),
                settings.application(),
                kinesis,
                DynamoDbAsyncClient.builder()
                        .endpointOverride(settings.dynamoDb())
                        .region(LocalDynamoDb.region())
                        .credentialsProvider(LocalDynamoDb.credentials())
                        .build(),
                // Never called, because metrics are off; port 9 is nobody's.
                CloudWatchAsyncClient.builder()
                        .endpointOverride(URI.create("http://127.0.0.1:9"))
                        .region(LocalDynamoDb.region())
                        .credentialsProvider(LocalDynamoDb.credentials())
                        .build(),
                name,
                factory);
        PollingConfig polling = new PollingConfig(settings.stream(), kinesis);
        polling.idleTimeBetweenReadsInMillis(200);
        return new Scheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig()
                        .shardConsumerDispatchPollIntervalMillis(50)
                        .parentShardPollIntervalMillis(500),
                Kcl3Options.electingQuickly(Kcl3Options.assigningQuickly(configs.leaseManagementConfig()))
                        .shardSyncIntervalMillis(1000)
                        .failoverTimeMillis(FAILOVER_MILLIS)
                        .maxLeasesToStealAtOneTime(LARGEST_STEAL)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .initialPositionInStream(fromTheStart),
                configs.lifecycleConfig().taskBackoffTimeMillis(100),
                configs.metricsConfig().metricsLevel(MetricsLevel.NONE).metricsFactory(new NullMetricsFactory()),
                configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(polling));
    }
}
