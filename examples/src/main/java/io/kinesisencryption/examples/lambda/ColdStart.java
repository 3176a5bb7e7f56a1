// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.lambda;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long a new process takes to the first decrypted record: what a Lambda function's first invocation adds. Run it in a process of its own, because a
 * second run in the same one is not cold:
 *
 * <pre>
 * java -cp examples/target/kinesis-encryption.jar io.kinesisencryption.examples.lambda.ColdStart STREAM-ARN FILE raw-aes KEY-FILE
 * java -cp examples/target/kinesis-encryption.jar io.kinesisencryption.examples.lambda.ColdStart STREAM-ARN FILE kms KEY-ARN
 * </pre>
 *
 * {@code FILE} holds the data of one record of that stream, with the partition key {@value #PARTITION_KEY}, if it is bound; {@code KEY-FILE} holds 32
 * bytes, the key {@value #KEY_NAME} of the namespace {@value #KEY_NAMESPACE}.
 */
public final class ColdStart {
    static final String PARTITION_KEY = "customer-1";
    static final String KEY_NAMESPACE = "cold-start";
    static final String KEY_NAME = "key-1";

    private static final int ARGUMENTS = 4;

    private ColdStart() {}

    /**
     * Measures, and prints the times in milliseconds.
     *
     * @param args the stream's ARN, the file of the record, the kind of key, and the key
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] args) throws IOException {
        long mainMillis = System.currentTimeMillis();
        if (args.length != ARGUMENTS) {
            throw new IllegalArgumentException("Arguments: STREAM-ARN FILE raw-aes|kms KEY");
        }
        KinesisEvent event = event(args[0], Files.readAllBytes(Path.of(args[1])));
        try (KinesisEncryption encryption =
                KinesisEncryption.builder().keyring(keyring(args[2], args[3])).build()) {
            long builtMillis = System.currentTimeMillis();
            OrdersHandler handler = new OrdersHandler(encryption, order -> {});
            long first = nanosOf(handler, event);
            long endMillis = System.currentTimeMillis();
            long processorMillis = ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElse(Duration.ZERO)
                    .toMillis();
            long second = nanosOf(handler, event);
            long jvmMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
            System.out.printf(
                    "JVM to main %d, keyring %d, first record %d, all %d ms, %d ms of processor time; second record %.3f ms%n",
                    mainMillis - jvmMillis,
                    builtMillis - mainMillis,
                    TimeUnit.NANOSECONDS.toMillis(first),
                    endMillis - jvmMillis,
                    processorMillis,
                    second / (double) TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static long nanosOf(OrdersHandler handler, KinesisEvent event) {
        long start = System.nanoTime();
        if (!handler.handleRequest(event).getBatchItemFailures().isEmpty()) {
            throw new IllegalStateException("The record cannot be decrypted");
        }
        return System.nanoTime() - start;
    }

    private static Keyring keyring(String kind, String key) throws IOException {
        return switch (kind) {
            case "raw-aes" -> Keyrings.rawAes(KEY_NAMESPACE, KEY_NAME, Files.readAllBytes(Path.of(key)));
            case "kms" -> Keyrings.awsKms(key);
            default ->
                throw new IllegalArgumentException("The kind of key is '%s'; it is raw-aes or kms".formatted(kind));
        };
    }

    private static KinesisEvent event(String streamArn, byte[] data) {
        KinesisEvent.Record record = new KinesisEvent.Record();
        record.setPartitionKey(PARTITION_KEY);
        record.setSequenceNumber("1");
        record.setData(ByteBuffer.wrap(data));
        KinesisEventRecord each = new KinesisEventRecord();
        each.setEventSourceARN(streamArn);
        each.setKinesis(record);
        KinesisEvent event = new KinesisEvent();
        event.setRecords(List.of(each));
        return event;
    }
}
