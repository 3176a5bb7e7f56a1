// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.error.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Objects;

/**
 * Measures encryption and decryption with Micrometer: records and bytes, failures, look-ups and loads of data keys, how many records each one
 * protected, how old they are and how long they last. Make one for a registry and give it to every owner. Thread-safe.
 *
 * <pre>{@code
 * var encryption = KinesisEncryption.builder()
 *         .keyring(Keyrings.awsKms(keyArn))
 *         .listener(MicrometerEncryptionListener.of(registry))
 *         .build();
 * }</pre>
 *
 * <p>The meters begin with {@code kinesis.encryption.}; {@code docs/operations.md} lists them. Each has a bounded number of tags: beyond 100
 * streams, the others are counted under one name.
 *
 * <p>Needs {@code io.micrometer:micrometer-core} on the class path.
 */
public final class MicrometerEncryptionListener implements EncryptionListener {
    private final StreamMeters streams;
    private final KeyMeters keys;
    private final MeterProvider<Counter> failures;

    private MicrometerEncryptionListener(MeterRegistry registry, Tags tags) {
        this.streams = new StreamMeters(registry, tags);
        this.keys = new KeyMeters(registry, tags);
        this.failures = Counter.builder("kinesis.encryption.failures")
                .description("Records that could not be sealed or opened; each try counts")
                .tags(tags)
                .withRegistry(registry);
    }

    /**
     * A listener that measures into a registry.
     *
     * @param registry where the meters go; a second listener of the same registry needs tags that tell them apart
     * @return the listener
     */
    public static MicrometerEncryptionListener of(MeterRegistry registry) {
        return of(registry, Tags.empty());
    }

    /**
     * A listener that measures into a registry, under tags of its own.
     *
     * @param registry where the meters go
     * @param tags what every meter carries; the names of the tags in {@code docs/operations.md} are taken
     * @return the listener
     */
    public static MicrometerEncryptionListener of(MeterRegistry registry, Iterable<? extends Tag> tags) {
        return new MicrometerEncryptionListener(Objects.requireNonNull(registry, "registry"), Tags.of(tags));
    }

    @Override
    public void onEncrypted(Encrypted event) {
        streams.count(
                Operation.ENCRYPT,
                event.format(),
                event.stream().name(),
                event.userRecords(),
                event.payloadSizeBytes(),
                event.envelopeSizeBytes());
    }

    @Override
    public void onDecrypted(Decrypted event) {
        streams.count(
                Operation.DECRYPT,
                event.format(),
                event.stream().name(),
                event.userRecords(),
                event.payloadSizeBytes(),
                event.envelopeSizeBytes());
    }

    @Override
    public void onFailure(Failure event) {
        ErrorCode code = event.error().code();
        failures.withTags(
                        "operation",
                        event.operation().name(),
                        "stream",
                        streams.tagOf(event.stream().name()),
                        "class",
                        code.failureClass().name(),
                        "code",
                        code.name())
                .increment();
    }

    @Override
    public void onKeyLookup(KeyLookup event) {
        keys.lookedUp(event);
    }

    @Override
    public void onKeyLoadStarted(KeyLoadStarted event) {
        keys.loadStarted(event.operation());
    }

    @Override
    public void onKeyLoadEnded(KeyLoadEnded event) {
        keys.loadEnded(event);
    }

    @Override
    public void onKeyInstalled(KeyInstalled event) {
        keys.installed(event);
    }

    @Override
    public void onKeyRetired(KeyRetired event) {
        keys.retired(event);
    }

    @Override
    public void onOldKeyUsed(OldKeyUsed event) {
        keys.oldKeyUsed(event);
    }

    @Override
    public void onFewRecordsPerKey(FewRecordsPerKey event) {
        keys.fewRecords(event.format());
    }
}
