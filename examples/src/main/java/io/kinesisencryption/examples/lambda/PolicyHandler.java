// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.lambda;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordDecryptor;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.consumer.deadletter.RecordOrigin;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Lambda function that follows failure policies: what they hold is reported to Lambda, which comes again from there; what they skip or dead-letter is passed
 * over; plaintext is accepted as they say. What it cannot do is count: a function has no memory of a shard, so many bad records do not turn into a
 * hold, and Lambda's own limits (retries, age of a record) apply to what is held.
 */
public final class PolicyHandler {
    private final KinesisEncryption encryption;
    private final FailurePolicies policies;
    private final Consumer<UserRecord> orders;

    /**
     * Makes one.
     *
     * @param encryption the keys, kept from one invocation to the next
     * @param policies what is done about records that cannot be opened
     * @param orders gets the user records
     */
    public PolicyHandler(KinesisEncryption encryption, FailurePolicies policies, Consumer<UserRecord> orders) {
        this.encryption = encryption;
        this.policies = policies;
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
            try {
                open(each).forEach(orders);
            } catch (Exception e) {
                String sequenceNumber = each.getKinesis().getSequenceNumber();
                System.err.println("Record " + sequenceNumber + " failed: " + e);
                return new StreamsEventResponse(List.of(new BatchItemFailure(sequenceNumber)));
            }
        }
        return new StreamsEventResponse(List.of());
    }

    private List<UserRecord> open(KinesisEventRecord each) throws Exception {
        KinesisEvent.Record stored = each.getKinesis();
        KinesisRecord record = KinesisRecord.of(stored.getPartitionKey(), stored.getData());
        if (policies.plaintext().accepts(arrival(stored)) && !EnvelopeInfo.recognises(record.data())) {
            return List.of(UserRecord.of(record.partitionKey(), record.data()));
        }
        RecordDecryptor decryptor = encryption.decryptor(StreamIdentity.ofArn(each.getEventSourceARN()));
        try {
            return decryptor.decrypt(record);
        } catch (KinesisEncryptionException failure) {
            passOver(each, record, failure);
            return List.of();
        }
    }

    private void passOver(KinesisEventRecord each, KinesisRecord record, KinesisEncryptionException failure)
            throws Exception {
        switch (policies.actionFor(failure)) {
            case HOLD -> throw failure;
            case SKIP -> System.err.println("Skipped record " + each.getEventID() + ": " + failure.getMessage());
            case DEAD_LETTER -> {
                DeadLetterSink sink = policies.deadLetterSink();
                if (sink != null) {
                    sink.put(DeadLetter.of(
                            origin(each), record, failure, policies.deadLetterPlaintext(), Instant.now()));
                }
            }
        }
    }

    /** Lambda names the shard in the id of the event: {@code shardId-000000000006:4959…}. */
    private static RecordOrigin origin(KinesisEventRecord each) {
        KinesisEvent.Record stored = each.getKinesis();
        String shardId = each.getEventID().substring(0, each.getEventID().indexOf(':'));
        return new RecordOrigin(
                StreamIdentity.ofArn(each.getEventSourceARN()),
                shardId,
                stored.getSequenceNumber(),
                0,
                arrival(stored));
    }

    private static @Nullable Instant arrival(KinesisEvent.Record stored) {
        return stored.getApproximateArrivalTimestamp() == null
                ? null
                : stored.getApproximateArrivalTimestamp().toInstant();
    }
}
