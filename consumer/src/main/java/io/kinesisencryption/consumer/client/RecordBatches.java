// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.consumer.deadletter.RecordOrigin;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.RecordFailureAction;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Opens the records of one response or event, all of them or none. Blocks while keys are loaded. Thread-safe. */
final class RecordBatches {
    private static final Logger LOG = LoggerFactory.getLogger(RecordBatches.class);
    private static final byte[] NO_DATA = {};

    private final FailurePolicies policies;
    private final AggregateForm form;
    private final Clock clock;

    RecordBatches(DecryptingClientOptions options, Clock clock) {
        this.policies = options.failurePolicies();
        this.form = options.aggregates();
        this.clock = clock;
    }

    /**
     * Opens records.
     *
     * @param shard where they were read, whose hash key must be known if aggregates are to be those of the KPL
     * @param stored as the service answered
     * @return in the same order, without those that are passed over
     * @throws SdkClientException if one can neither be opened nor passed over
     */
    List<Record> open(ShardReader shard, List<Record> stored) {
        try {
            List<KinesisRecord> wire = new ArrayList<>(stored.size());
            stored.forEach(record -> wire.add(wire(record)));
            if (wire.size() > 1) {
                shard.decryptor().prefetch(wire);
            }
            List<Record> opened = new ArrayList<>(stored.size());
            for (int i = 0; i < wire.size(); i++) {
                open(shard, stored.get(i), wire.get(i), opened);
            }
            return opened;
        } catch (SdkClientException e) {
            throw e;
        } catch (RuntimeException e) {
            throw ReadFailures.client(
                    "Could not read shard %s of stream %s: %s"
                            .formatted(
                                    shard.shardName(),
                                    shard.stream(),
                                    e.getClass().getName()),
                    e);
        }
    }

    private void open(ShardReader shard, Record stored, KinesisRecord wire, List<Record> opened) {
        if (policies.plaintext().accepts(stored.approximateArrivalTimestamp())
                && !EnvelopeInfo.recognises(wire.data())) {
            opened.add(stored);
        } else {
            List<UserRecord> userRecords;
            try {
                userRecords = shard.decryptor().decrypt(wire);
            } catch (KinesisEncryptionException failure) {
                passOver(shard, stored, wire, failure);
                return;
            }
            add(shard, stored, userRecords, opened);
        }
        shard.passedOver().opened(stored.sequenceNumber());
    }

    private void add(ShardReader shard, Record stored, List<UserRecord> userRecords, List<Record> opened) {
        String hashKey = shard.hashKey();
        if (form == AggregateForm.KPL && hashKey != null && isForAnAggregate(userRecords)) {
            opened.add(stored.toBuilder()
                    .data(KplAggregates.of(userRecords, hashKey))
                    .build());
            return;
        }
        for (UserRecord userRecord : userRecords) {
            opened.add(stored.toBuilder()
                    .partitionKey(userRecord.partitionKey())
                    .data(SdkBytes.fromByteArrayUnsafe(userRecord.data()))
                    .build());
        }
    }

    /** One user record stays as it is, unless it would be taken apart although it is not an aggregate of the KPL but the application's own bytes. */
    private static boolean isForAnAggregate(List<UserRecord> userRecords) {
        return userRecords.size() > 1
                || KplAggregates.beginsLikeOne(userRecords.get(0).data());
    }

    private void passOver(ShardReader shard, Record stored, KinesisRecord wire, KinesisEncryptionException failure) {
        String where = "record %s of shard %s of stream %s"
                .formatted(stored.sequenceNumber(), shard.shardName(), shard.stream());
        RecordFailureAction action = shard.passedOver().decide(stored.sequenceNumber(), failure);
        if (action == RecordFailureAction.HOLD) {
            // What the policies say of the failure alone; if it is another thing, the limits have decided.
            RecordFailureAction usually = policies.actionFor(failure);
            throw ReadFailures.of(where, failure, usually == RecordFailureAction.HOLD ? "" : tooMany(usually));
        }
        DeadLetterSink sink = policies.deadLetterSink();
        if (action == RecordFailureAction.DEAD_LETTER && sink != null) {
            put(sink, shard, stored, wire, failure, where);
        }
        shard.passedOver().passedOver(stored.sequenceNumber());
        LOG.warn("Passed over {} ({}), which could not be opened: {}", where, action, failure.getMessage());
    }

    private String tooMany(RecordFailureAction usually) {
        return ". %s is not done because too many bad records came before it: the limits are %d in a row and %d %% of %d"
                .formatted(usually, policies.maxInARow(), policies.maxPercentOfWindow(), policies.window());
    }

    /** Whatever the sink throws, the record is not lost: the call fails, and the next one meets the record again. */
    private void put(
            DeadLetterSink sink,
            ShardReader shard,
            Record stored,
            KinesisRecord wire,
            KinesisEncryptionException failure,
            String where) {
        try {
            sink.put(DeadLetter.of(
                    new RecordOrigin(
                            shard.stream(),
                            shard.shardName(),
                            stored.sequenceNumber(),
                            0,
                            stored.approximateArrivalTimestamp()),
                    wire,
                    failure,
                    policies.deadLetterPlaintext(),
                    clock.instant()));
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw ReadFailures.retryable("The dead-letter sink did not take %s".formatted(where), e);
        }
    }

    private static KinesisRecord wire(Record stored) {
        SdkBytes data = stored.data();
        return KinesisRecord.of(stored.partitionKey(), null, data == null ? NO_DATA : data.asByteArrayUnsafe());
    }
}
