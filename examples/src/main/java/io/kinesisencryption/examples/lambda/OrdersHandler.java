// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.lambda;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.keyring.Keyrings;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Lambda function on an encrypted stream, in its shortest form: the first record that cannot be decrypted or processed is reported, and Lambda comes again
 * from there. The event source mapping needs {@code ReportBatchItemFailures}; the handler is
 * {@code io.kinesisencryption.examples.lambda.OrdersHandler::handleRequest}. Keys stay from one invocation to the next.
 */
public final class OrdersHandler {
    private final KinesisEncryption encryption;
    private final Consumer<UserRecord> orders;

    /** What Lambda calls, once for each of its environments. {@code KMS_KEY_ARN} names the wrapping key. */
    public OrdersHandler() {
        this(
                KinesisEncryption.builder()
                        .keyring(Keyrings.awsKms(System.getenv("KMS_KEY_ARN")))
                        .build(),
                order -> System.out.println("an order of " + order.data().length + " bytes"));
    }

    OrdersHandler(KinesisEncryption encryption, Consumer<UserRecord> orders) {
        this.encryption = encryption;
        this.orders = orders;
    }

    /**
     * Processes a batch of one shard.
     *
     * @param event the batch
     * @return the sequence number of the first record that failed, or none
     */
    public StreamsEventResponse handleRequest(KinesisEvent event) {
        for (KinesisEventRecord each : event.getRecords()) {
            KinesisEvent.Record record = each.getKinesis();
            try {
                encryption
                        .decryptor(StreamIdentity.ofArn(each.getEventSourceARN()))
                        .decrypt(KinesisRecord.of(record.getPartitionKey(), record.getData()))
                        .forEach(orders);
            } catch (RuntimeException e) {
                System.err.println("Record " + record.getSequenceNumber() + " failed: " + e);
                return new StreamsEventResponse(List.of(new BatchItemFailure(record.getSequenceNumber())));
            }
        }
        return new StreamsEventResponse(List.of());
    }
}
