// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted for each stream. Found without the registry, because it is asked for each record. Thread-safe. */
final class StreamMeters {
    /** The streams that have meters of their own; what belongs to others is counted together. */
    static final int MAX_STREAMS = 100;

    /** No stream has this name. */
    static final String OTHER_STREAMS = "(other)";

    private final MeterRegistry registry;
    private final Tags tags;
    private final ConcurrentHashMap<String, OfStream> streams = new ConcurrentHashMap<>();
    private final OfStream others = new OfStream(OTHER_STREAMS);

    /** The counters of one stream, by format; made when they are first needed. */
    private record OfStream(
            String tag,
            ConcurrentHashMap<EnvelopeFormat, Counters> sealed,
            ConcurrentHashMap<EnvelopeFormat, Counters> opened) {
        OfStream(String tag) {
            this(tag, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

    private record Counters(Counter records, Counter userRecords, Counter payloadBytes, Counter envelopeBytes) {}

    StreamMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    void count(
            Operation operation,
            EnvelopeFormat format,
            String stream,
            int userRecords,
            int payloadSizeBytes,
            int envelopeSizeBytes) {
        OfStream ofStream = ofStream(stream);
        ConcurrentHashMap<EnvelopeFormat, Counters> byFormat =
                operation == Operation.ENCRYPT ? ofStream.sealed : ofStream.opened;
        Counters counters = byFormat.get(format);
        if (counters == null) {
            // Two threads get the same counters from the registry.
            counters =
                    register(tags.and("operation", operation.name(), "format", format.name(), "stream", ofStream.tag));
            byFormat.put(format, counters);
        }
        counters.records.increment();
        counters.userRecords.increment(userRecords);
        counters.payloadBytes.increment(payloadSizeBytes);
        counters.envelopeBytes.increment(envelopeSizeBytes);
    }

    /** The stream's name, or what stands for all beyond the first {@value #MAX_STREAMS}. */
    String tagOf(String stream) {
        return ofStream(stream).tag;
    }

    private OfStream ofStream(String stream) {
        OfStream known = streams.get(stream);
        if (known != null) {
            return known;
        }
        return streams.size() < MAX_STREAMS ? newStream(stream) : others;
    }

    private synchronized OfStream newStream(String stream) {
        return streams.size() < MAX_STREAMS
                ? streams.computeIfAbsent(stream, OfStream::new)
                : streams.getOrDefault(stream, others);
    }

    private Counters register(Tags all) {
        return new Counters(
                Counter.builder("kinesis.encryption.records")
                        .description("Kinesis records that were sealed or opened")
                        .tags(all)
                        .register(registry),
                Counter.builder("kinesis.encryption.user.records")
                        .description("User records in them")
                        .tags(all)
                        .register(registry),
                Counter.builder("kinesis.encryption.payload.bytes")
                        .description("Plaintext: before sealing, or after opening")
                        .baseUnit("bytes")
                        .tags(all)
                        .register(registry),
                Counter.builder("kinesis.encryption.envelope.bytes")
                        .description("What the stream stores: after sealing, or before opening")
                        .baseUnit("bytes")
                        .tags(all)
                        .register(registry));
    }
}
