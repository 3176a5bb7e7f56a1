// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import static io.kinesisencryption.Samples.codeOf;
import static io.kinesisencryption.Samples.open;
import static io.kinesisencryption.Samples.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.kms.model.KmsException;

/** Keyrings of keyrings: several keys on each record, and a change of key. */
class CombinedKeyringsTest {
    private final InMemoryKms kms = InMemoryKms.create();
    private final InMemoryKms otherKms = InMemoryKms.create();
    private final String key = kms.createKey();
    private final String otherKey = otherKms.createKey();
    private final Keyring one = Keyrings.awsKms(key, kms.client());
    private final Keyring other = Keyrings.awsKms(otherKey, otherKms.client());

    private static List<String> keysOf(byte[] envelope) {
        return EnvelopeInfo.read(envelope).wrappingKeys();
    }

    @Test
    void eachRecordOfAMultiKeyringIsOpenedWithAnyOfItsKeyrings() {
        Keyring raw = Samples.rawAes();
        Keyring all = Keyrings.multi(one, other, raw);
        byte[] envelope = seal(all);

        assertThat(keysOf(envelope)).containsExactly("aws-kms " + key, "aws-kms " + otherKey, "test key-1");
        for (Keyring keyring : List.of(one, other, raw, all)) {
            assertThat(open(keyring, envelope)).isEqualTo(Samples.PLAINTEXT);
        }
    }

    @Test
    void multiKeyringsNest() {
        Keyring nested = Keyrings.multi(Samples.rawAes(), Keyrings.multi(one, other));
        byte[] envelope = seal(nested);

        assertThat(keysOf(envelope)).containsExactly("test key-1", "aws-kms " + key, "aws-kms " + otherKey);
        assertThat(open(other, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(open(nested, envelope)).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void aForeignRawKeyOfTheSameNameLeavesTheOtherKeyToOpenTheRecord() {
        byte[] envelope = seal(Keyrings.multi(Samples.rawAes("test", "key-1", 1), one));

        assertThat(open(Keyrings.multi(Samples.rawAes("test", "key-1", 2), one), envelope))
                .isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void writingWithOneKeyPutsOnlyThatOnTheRecordAndCallsNoOther() {
        Keyring keyring = Keyrings.writeWithOneReadWithAny(one, other);
        byte[] old = seal(other);
        otherKms.resetCalls();

        byte[] envelope = seal(keyring);

        assertThat(keysOf(envelope)).containsExactly("aws-kms " + key);
        assertThat(otherKms.calls()).isEmpty();
        assertThat(open(keyring, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(open(keyring, old)).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void discoveryMayReadBesideAKeyThatWrites() {
        Keyring keyring = Keyrings.writeWithOneReadWithAny(
                Samples.rawAes(),
                Keyrings.awsKmsDiscovery()
                        .accounts(kms.accountId())
                        .clients(region -> kms.client())
                        .build());

        assertThat(keysOf(seal(keyring))).containsExactly("test key-1");
        assertThat(open(keyring, seal(one))).isEqualTo(Samples.PLAINTEXT);
    }

    /** What docs/keyrings.md tells operators to do, in its order; at every step each consumer opens all that lies in the stream. */
    @Test
    void aKeyIsChangedWithoutAMomentInWhichARecordCannotBeRead() {
        Keyring old = one;
        Keyring fresh = other;
        Keyring oldAndFresh = Keyrings.writeWithOneReadWithAny(old, fresh);
        Keyring freshAndOld = Keyrings.writeWithOneReadWithAny(fresh, old);
        List<byte[]> stream = new ArrayList<>();

        // Consumers first, one after the other, while producers still write under the old key.
        stream.add(seal(old));
        assertAllOpen(stream, old, oldAndFresh);
        // Then producers, one after the other.
        stream.add(seal(old));
        stream.add(seal(freshAndOld));
        assertAllOpen(stream, oldAndFresh, freshAndOld);
        // In the other order a consumer meets records that it cannot open.
        assertThat(codeOf(() -> assertAllOpen(stream, old))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        // Once the last old record has expired, the old key goes.
        stream.subList(0, 2).clear();
        stream.add(seal(fresh));
        kms.disableKey(key);
        assertAllOpen(stream, freshAndOld, fresh);
    }

    private static void assertAllOpen(List<byte[]> stream, Keyring... consumers) {
        for (Keyring consumer : consumers) {
            assertThat(stream)
                    .allSatisfy(envelope -> assertThat(open(consumer, envelope)).isEqualTo(Samples.PLAINTEXT));
        }
    }

    /** The figures of docs/keyrings.md. */
    @ParameterizedTest
    @EnumSource(EnvelopeFormat.class)
    void eachFurtherAwsKmsKeyCostsARecordTheSame(EnvelopeFormat format) {
        EncryptorOptions options = EncryptorOptions.builder().format(format).build();
        List<Integer> sizes = new ArrayList<>();
        for (Keyring keyring : List.of(one, Keyrings.multi(one, other))) {
            try (KinesisEncryption encryption = Samples.encryption(keyring)) {
                sizes.add(encryption
                        .encryptor(Samples.ORDERS, options)
                        .encrypt(Samples.record())
                        .data()
                        .length);
            }
        }

        // Lengths, provider, ARN, and what KMS makes of 32 bytes.
        assertThat(sizes.get(1) - sizes.get(0)).isEqualTo(6 + 7 + otherKey.length() + 184);
        assertThat(otherKey).hasSize(75);
    }

    private static Arguments trouble(String name, ErrorCode code, BiConsumer<InMemoryKms, String> cause) {
        return Arguments.argumentSet(name, code, cause);
    }

    private static Arguments fault(String name, KmsFault fault) {
        return trouble(
                name, ErrorCode.KEY_UNAVAILABLE, (kms, key) -> kms.faults().inject(fault));
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                fault("throttled", KmsFault.throttled(KmsFault.ANY_OPERATION)),
                fault("internal error", KmsFault.internalFailure(KmsFault.ANY_OPERATION)),
                fault("unreachable", KmsFault.unreachable(KmsFault.ANY_OPERATION)),
                fault("times out", KmsFault.timeout(KmsFault.ANY_OPERATION)),
                trouble("denied", ErrorCode.KEY_DENIED, (kms, key) -> kms.deny("*", key)),
                trouble("disabled", ErrorCode.KEY_DISABLED, InMemoryKms::disableKey),
                trouble(
                        "pending deletion",
                        ErrorCode.KEY_PENDING_DELETION,
                        (kms, key) -> kms.scheduleKeyDeletion(key, Duration.ofDays(7))),
                trouble("deleted", ErrorCode.KEY_NOT_FOUND, InMemoryKms::deleteImmediately));
    }

    /** The library's own multi-keyring loses the exception of a child. */
    @ParameterizedTest
    @MethodSource("troubles")
    void whatOneOfSeveralKeysAnswersToAWriterIsTold(ErrorCode code, BiConsumer<InMemoryKms, String> cause) {
        cause.accept(otherKms, otherKey);

        for (Keyring keyring : List.of(
                Keyrings.multi(one, other),
                Keyrings.multi(other, one),
                Keyrings.multi(one, Keyrings.multi(Samples.rawAes(), other)),
                Keyrings.writeWithOneReadWithAny(Keyrings.multi(one, other), Samples.rawAes()))) {
            assertThat(codeOf(() -> seal(keyring))).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void whatTheOnlyKeyOfARecordAnswersToAReaderIsTold(ErrorCode code, BiConsumer<InMemoryKms, String> cause) {
        byte[] envelope = seal(other);
        cause.accept(otherKms, otherKey);

        for (Keyring keyring : List.of(Keyrings.multi(one, other), Keyrings.writeWithOneReadWithAny(one, other))) {
            assertThat(codeOf(() -> open(keyring, envelope))).isEqualTo(code);
        }
    }

    @Test
    void aThrottledChildKeepsTheServicesException() {
        otherKms.faults().inject(KmsFault.throttled("Encrypt"));

        assertThatThrownBy(() -> seal(Keyrings.multi(one, other)))
                .isInstanceOf(TransientKeyException.class)
                .hasMessageContaining(otherKey)
                .hasCauseInstanceOf(KmsException.class);
    }

    @Test
    void writersOfOneProcessAreEachToldTheirOwnTrouble() throws Exception {
        InMemoryKms throttling = InMemoryKms.create();
        InMemoryKms denying = InMemoryKms.create();
        String throttledKey = throttling.createKey();
        String deniedKey = denying.createKey();
        throttling.faults().inject(KmsFault.throttled(KmsFault.ANY_OPERATION));
        denying.deny("*", deniedKey);
        Keyring throttled = Keyrings.multi(one, Keyrings.awsKms(throttledKey, throttling.client()));
        Keyring denied = Keyrings.multi(one, Keyrings.awsKms(deniedKey, denying.client()));
        KinesisEncryption throttledOwner = Samples.encryption(throttled);
        KinesisEncryption deniedOwner = Samples.encryption(denied);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<ErrorCode>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                KinesisEncryption owner = i % 2 == 0 ? throttledOwner : deniedOwner;
                calls.add(() -> codeOf(() -> Samples.seal(owner, Samples.ORDERS, Samples.PLAINTEXT.clone())));
            }
            List<Future<ErrorCode>> codes = threads.invokeAll(calls);
            for (int i = 0; i < codes.size(); i++) {
                assertThat(codes.get(i).get()).isEqualTo(i % 2 == 0 ? ErrorCode.KEY_UNAVAILABLE : ErrorCode.KEY_DENIED);
            }
        } finally {
            threads.shutdownNow();
            throttledOwner.close();
            deniedOwner.close();
        }
    }
}
