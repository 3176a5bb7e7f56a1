// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener.Encrypted;
import io.kinesisencryption.EncryptionListener.KeyInstalled;
import io.kinesisencryption.EncryptionListener.KeyLoadEnded;
import io.kinesisencryption.EncryptionListener.KeyLoadStarted;
import io.kinesisencryption.EncryptionListener.KeyRetired;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.RecordEncryptor;
import io.kinesisencryption.Samples;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicrometerEncryptionListenerTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final MicrometerEncryptionListener listener = MicrometerEncryptionListener.of(registry);

    private KinesisEncryption owner() {
        return KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .listener(listener)
                .build();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    private double seconds(String name) {
        return registry.get(name).tag("format", "COMPACT").timeGauge().value(TimeUnit.SECONDS);
    }

    @Test
    void recordsAndBytesAreCountedOnBothSidesForEachStreamAndFormat() {
        EncryptorOptions aggregates = EncryptorOptions.builder()
                .format(EnvelopeFormat.COMPACT)
                .payloadKind(PayloadKind.AGGREGATE)
                .build();
        KinesisRecord sealed;
        try (KinesisEncryption owner = owner()) {
            RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, aggregates);
            sealed = encryptor.encryptAggregate("wire", null, List.of(Samples.record(), Samples.record()));
            owner.decryptor(Samples.ORDERS).decrypt(sealed);
            owner.encryptor(StreamIdentity.of("payments")).encrypt(UserRecord.of("key", new byte[100]));
        }

        for (String operation : List.of("ENCRYPT", "DECRYPT")) {
            String[] tags = {"operation", operation, "format", "COMPACT", "stream", "orders"};
            assertThat(count("kinesis.encryption.records", tags)).isEqualTo(1);
            assertThat(count("kinesis.encryption.user.records", tags)).isEqualTo(2);
            assertThat(count("kinesis.encryption.envelope.bytes", tags)).isEqualTo(sealed.data().length);
            assertThat(count("kinesis.encryption.payload.bytes", tags))
                    .isBetween(2.0 * Samples.PLAINTEXT.length, (double) sealed.data().length);
        }
        assertThat(count(
                        "kinesis.encryption.payload.bytes",
                        "operation",
                        "ENCRYPT",
                        "format",
                        "AWS_ENCRYPTION_SDK",
                        "stream",
                        "payments"))
                .isEqualTo(100);
    }

    @Test
    void keysAreCountedFromTheirLookupToTheirRetirement() {
        EncryptorOptions compact =
                EncryptorOptions.builder().format(EnvelopeFormat.COMPACT).build();
        try (KinesisEncryption owner = owner()) {
            RecordEncryptor encryptor = owner.encryptor(Samples.ORDERS, compact);
            for (int i = 0; i < 3; i++) {
                encryptor.encrypt(Samples.record());
            }
        }
        String[] tags = {"operation", "ENCRYPT", "format", "COMPACT"};

        assertThat(registry.get("kinesis.encryption.key.lookups")
                        .tags(tags)
                        .tag("result", "HIT")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("kinesis.encryption.key.lookups")
                        .tags(tags)
                        .tag("result", "MISS")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("kinesis.encryption.key.loads")
                        .tags(tags)
                        .tags("reason", "MISS", "outcome", "SUCCESS")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("kinesis.encryption.keys.retired")
                        .tags(tags)
                        .tag("reason", "CLOSED")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("kinesis.encryption.key.records")
                        .tag("format", "COMPACT")
                        .summary()
                        .totalAmount())
                .isEqualTo(3);
    }

    @Test
    void failuresAreCountedByCodeAndStream() {
        try (KinesisEncryption owner = owner()) {
            for (int i = 0; i < 2; i++) {
                assertThat(Samples.codeOf(() -> owner.decryptor(Samples.ORDERS)
                                .decrypt(KinesisRecord.of("key", null, Samples.PLAINTEXT))))
                        .isEqualTo(ErrorCode.PLAINTEXT_RECORD);
            }
        }

        assertThat(count(
                        "kinesis.encryption.failures",
                        "operation",
                        "DECRYPT",
                        "stream",
                        "orders",
                        "class",
                        "RECORD",
                        "code",
                        "PLAINTEXT_RECORD"))
                .isEqualTo(2);
    }

    @Test
    void aLoadThatFailsIsTimedUnderItsCodeAndActiveWhileItRuns() {
        listener.onKeyLoadStarted(
                new KeyLoadStarted(Operation.DECRYPT, EnvelopeFormat.COMPACT, KeyLoadReason.PREFETCH));
        assertThat(registry.get("kinesis.encryption.key.loads.active")
                        .tag("operation", "DECRYPT")
                        .gauge()
                        .value())
                .isEqualTo(1);
        listener.onKeyLoadEnded(new KeyLoadEnded(
                Operation.DECRYPT,
                EnvelopeFormat.COMPACT,
                KeyLoadReason.PREFETCH,
                Duration.ofMillis(250),
                ErrorCode.KEY_UNAVAILABLE));

        assertThat(registry.get("kinesis.encryption.key.loads.active")
                        .tag("operation", "DECRYPT")
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.get("kinesis.encryption.key.loads")
                        .tags("reason", "PREFETCH", "outcome", "KEY_UNAVAILABLE")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
    }

    private void install(long number, Duration age) {
        listener.onKeyInstalled(new KeyInstalled(
                EnvelopeFormat.COMPACT, "a writer", number, age, Duration.ofMinutes(5), Duration.ofHours(1)));
    }

    private void retire(long number) {
        listener.onKeyRetired(new KeyRetired(
                Operation.ENCRYPT, EnvelopeFormat.COMPACT, number, KeyRetirement.REPLACED, Duration.ZERO, 1, 1));
    }

    @Test
    void theGaugesShowTheOldestKeyAndTheOneThatEndsFirst() {
        assertThat(seconds("kinesis.encryption.key.age")).isNaN();
        assertThat(seconds("kinesis.encryption.key.time.left")).isNaN();

        install(1, Duration.ofSeconds(2));
        clock.add(Duration.ofSeconds(60));
        install(2, Duration.ZERO);
        clock.add(Duration.ofSeconds(8));
        assertThat(seconds("kinesis.encryption.key.age")).isEqualTo(70);
        assertThat(seconds("kinesis.encryption.key.time.left")).isEqualTo(3_530);

        retire(1);
        assertThat(seconds("kinesis.encryption.key.age")).isEqualTo(8);
        clock.add(Duration.ofHours(2));
        assertThat(seconds("kinesis.encryption.key.time.left")).isZero();
        retire(2);
        assertThat(seconds("kinesis.encryption.key.age")).isNaN();
    }

    @Test
    void thereAreNoMoreMetersForEverMoreStreams() {
        for (int i = 0; i < 3 * StreamMeters.MAX_STREAMS; i++) {
            for (int again = 0; again < 2; again++) {
                listener.onEncrypted(
                        new Encrypted(StreamIdentity.of("stream-" + i), EnvelopeFormat.COMPACT, 1, 10, 20));
            }
        }

        assertThat(registry.find("kinesis.encryption.records").counters()).hasSize(StreamMeters.MAX_STREAMS + 1);
        assertThat(registry.get("kinesis.encryption.records")
                        .tag("stream", StreamMeters.OTHER_STREAMS)
                        .counter()
                        .count())
                .isEqualTo(4 * StreamMeters.MAX_STREAMS);
        assertThat(registry.get("kinesis.encryption.records")
                        .tag("stream", "stream-0")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void everyMeterCarriesTheTagsThatAreGiven() {
        SimpleMeterRegistry tagged = new SimpleMeterRegistry();
        MicrometerEncryptionListener other = MicrometerEncryptionListener.of(tagged, Tags.of("owner", "a"));
        EveryEvent.tell(other);

        assertThat(tagged.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTag("owner")).isEqualTo("a"));
    }
}
