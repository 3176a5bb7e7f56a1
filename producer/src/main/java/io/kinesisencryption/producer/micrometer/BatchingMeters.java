// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.micrometer;

import io.kinesisencryption.producer.ProducerListener.Acknowledged;
import io.kinesisencryption.producer.ProducerListener.AggregateSealed;
import io.kinesisencryption.producer.ProducerListener.GivenUp;
import io.kinesisencryption.producer.ProducerListener.PutEnded;
import io.kinesisencryption.producer.ProducerListener.PutStarted;
import io.kinesisencryption.producer.ProducerListener.Retry;
import io.kinesisencryption.producer.ProducerListener.SlicesChosen;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/** What is measured of the batching producer. Thread-safe. */
final class BatchingMeters {
    private static final String PREFIX = "kinesis.encryption.producer.";

    private final StreamTags streams;
    private final MeterProvider<Counter> divisions;
    private final MeterProvider<DistributionSummary> fill;
    private final MeterProvider<Counter> dataBytes;
    private final MeterProvider<Counter> envelopeBytes;
    private final MeterProvider<Timer> sealing;
    private final MeterProvider<Timer> buffered;
    private final MeterProvider<DistributionSummary> callRecords;
    private final MeterProvider<DistributionSummary> callBytes;
    private final MeterProvider<Timer> calls;
    private final MeterProvider<Counter> failed;
    private final MeterProvider<Timer> retries;
    private final MeterProvider<Counter> acknowledged;
    private final MeterProvider<Timer> delivery;
    private final MeterProvider<Counter> givenUp;

    BatchingMeters(MeterRegistry registry, Tags tags, StreamTags streams) {
        this.streams = streams;
        Meters meters = new Meters(registry, PREFIX, tags);
        this.divisions = meters.counter("divisions", null, "Divisions of a stream's hash keys into slices");
        this.fill = meters.summary("aggregate.user.records", "records", "User records in an aggregate");
        this.dataBytes = meters.counter("data.bytes", "bytes", "Data of user records that were sealed");
        this.envelopeBytes = meters.counter("envelope.bytes", "bytes", "What the stream will store for them");
        this.sealing = meters.timer("sealing", "Sealing an aggregate, any wait for a data key included");
        this.buffered = meters.timer("buffered", "How long an aggregate was open and waited to be sealed");
        this.callRecords = meters.summary("call.records", "records", "Kinesis records in a call of PutRecords");
        this.callBytes = meters.summary("call.bytes", "bytes", "Size of a call of PutRecords");
        this.calls = meters.timer("calls", "Calls of PutRecords");
        this.failed = meters.counter("records.failed", null, "Kinesis records that the service did not take");
        this.retries = meters.timer("retries", "The pauses before an aggregate is tried again");
        this.acknowledged = meters.counter("acknowledged", null, "User records that the stream has");
        this.delivery = meters.timer("delivery", "From put to acknowledgement, of each aggregate's first record");
        this.givenUp = meters.counter("given.up", null, "User records that were given up");
    }

    void divided(SlicesChosen event) {
        divisions.withTags(streams.of(event.stream())).increment();
    }

    void sealed(AggregateSealed event) {
        Tags stream = streams.of(event.stream());
        fill.withTags(stream.and("lingered", String.valueOf(event.lingered()))).record(event.userRecords());
        dataBytes.withTags(stream).increment((double) event.dataSizeBytes());
        envelopeBytes.withTags(stream).increment(event.envelopeSizeBytes());
        sealing.withTags(stream).record(event.sealing());
        buffered.withTags(stream).record(event.buffered());
    }

    void callStarted(PutStarted event) {
        Tags stream = streams.of(event.stream());
        callRecords.withTags(stream).record(event.records());
        callBytes.withTags(stream).record((double) event.sizeBytes());
    }

    void callEnded(PutEnded event) {
        Tags stream = streams.of(event.stream());
        boolean whole = event.failure() != null;
        calls.withTags(stream.and("outcome", whole ? "FAILURE" : "SUCCESS")).record(event.duration());
        failed(stream, "CALL_FAILED", whole ? event.records() : 0);
        failed(stream, "THROTTLED", event.throttled());
        failed(stream, "SERVICE_FAILED", event.failed());
    }

    private void failed(Tags stream, String cause, int records) {
        if (records > 0) {
            failed.withTags(stream.and("cause", cause)).increment(records);
        }
    }

    void retried(Retry event) {
        retries.withTags(streams.of(event.stream()).and("stage", event.stage().name()))
                .record(event.delay());
    }

    void acknowledged(Acknowledged event) {
        Tags stream = streams.of(event.stream());
        acknowledged.withTags(stream).increment(event.userRecords());
        delivery.withTags(stream).record(event.sinceAccepted());
    }

    void givenUp(GivenUp event) {
        givenUp.withTags(streams.of(event.stream()).and("written", event.mayHaveBeenWritten() ? "MAYBE" : "NO"))
                .increment(event.userRecords());
    }
}
