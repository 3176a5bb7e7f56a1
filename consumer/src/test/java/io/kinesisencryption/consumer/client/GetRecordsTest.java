// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import static io.kinesisencryption.consumer.client.SealedStream.ORDERS;
import static io.kinesisencryption.consumer.client.SealedStream.SHARD;
import static io.kinesisencryption.consumer.client.SealedStream.fromTheStart;
import static io.kinesisencryption.consumer.client.SealedStream.order;
import static io.kinesisencryption.consumer.client.SealedStream.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.BlindingSecret;
import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.client.ReadingClient.Kind;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ContextMismatchException;
import io.kinesisencryption.error.MalformedEnvelopeException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.error.TransientKeyException;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.MutableClock;
import io.kinesisencryption.testkit.kinesis.InMemoryKinesis;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/** GetRecords through either client: what is handed out, what fails, and that nothing is lost in between. */
class GetRecordsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final MutableClock clock = new MutableClock(NOW);
    private final InMemoryKinesis kinesis =
            InMemoryKinesis.builder().clock(clock).build();
    private final KinesisEncryption encryption = SealedStream.encryption(SealedStream.KEYRING);
    private final SealedStream stream = new SealedStream(kinesis, encryption);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void createStream() {
        kinesis.createStream(ORDERS, 1);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        encryption.close();
    }

    private ReadingClient client(Kind kind, KinesisEncryption keys, DecryptingClientOptions options) {
        ReadingClient client = kind.over(kinesis, keys, options);
        opened.add(client);
        return client;
    }

    private ReadingClient client(Kind kind) {
        return client(kind, encryption, DecryptingClientOptions.DEFAULTS);
    }

    private ReadingClient client(Kind kind, FailurePolicies policies) {
        return client(
                kind,
                encryption,
                DecryptingClientOptions.builder().failurePolicies(policies).build());
    }

    private static GetRecordsRequest with(String iterator) {
        return GetRecordsRequest.builder().shardIterator(iterator).build();
    }

    private static GetRecordsResponse readAll(ReadingClient client) {
        return client.getRecords(with(client.getShardIterator(fromTheStart()).shardIterator()));
    }

    private static SdkClientException failureOf(ThrowingCallable call) {
        AtomicReference<SdkClientException> failure = new AtomicReference<>();
        assertThatThrownBy(call).isInstanceOfSatisfying(SdkClientException.class, failure::set);
        return failure.get();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void recordsAreHandedOutAsTheyWerePut(Kind kind) {
        String first = stream.put("one");
        stream.put("two");

        GetRecordsResponse response = readAll(client(kind));

        assertThat(texts(response.records())).containsExactly("one", "two");
        Record record = response.records().get(0);
        Record stored = kinesis.client()
                .getRecords(r -> r.shardIterator(
                        kinesis.client().getShardIterator(fromTheStart()).shardIterator()))
                .records()
                .get(0);
        assertThat(record).isEqualTo(stored.toBuilder().data(record.data()).build());
        assertThat(record.sequenceNumber()).isEqualTo(first);
        assertThat(response.nextShardIterator()).isNotEmpty();
        assertThat(response.millisBehindLatest()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theUserRecordsOfAnAggregateAreRecordsWithTheirOwnKeysAndTheNumberOfTheirRecord(Kind kind) {
        String aggregate = stream.putAggregate(
                EnvelopeFormat.COMPACT, "17", List.of(order("a", "a1"), order("b", "b1"), order("a", "a2")));
        stream.putAggregate(EnvelopeFormat.AWS_ENCRYPTION_SDK, null, List.of(order("c", "c1")));

        List<Record> records = readAll(client(kind)).records();

        assertThat(texts(records)).containsExactly("a1", "b1", "a2", "c1");
        assertThat(records).extracting(Record::partitionKey).containsExactly("a", "b", "a", "c");
        assertThat(records.subList(0, 3)).extracting(Record::sequenceNumber).containsOnly(aggregate);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void blindedRecordsGetTheirTruePartitionKeyBack(Kind kind) {
        EncryptorOptions options = EncryptorOptions.builder()
                .blindPartitionKeys(BlindingSecret.of(new byte[32]))
                .build();
        stream.put(encryption.encryptor(SealedStream.STREAM, options).encrypt(order("customer-1", "blind")));

        assertThat(kinesis.storedRecords(ORDERS).toString()).doesNotContain("customer-1");
        assertThat(readAll(client(kind)).records())
                .extracting(Record::partitionKey)
                .containsExactly("customer-1");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aBadRecordFailsTheCallAndNothingOfItIsHandedOutOrLost(Kind kind) {
        stream.put("one");
        String bad = stream.putTampered("two");
        stream.put("three");
        ReadingClient client = client(kind);
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();

        SdkClientException failure = failureOf(() -> client.getRecords(with(iterator)));

        assertThat(failure).hasCauseInstanceOf(AuthenticationFailedException.class);
        assertThat(failure.retryable()).isFalse();
        assertThat(failure).hasMessageContainingAll(bad, SHARD, ORDERS);
        GetRecordsResponse before = client.getRecords(
                GetRecordsRequest.builder().shardIterator(iterator).limit(1).build());
        assertThat(texts(before.records())).as("a lower limit").containsExactly("one");
        failureOf(() -> client.getRecords(with(before.nextShardIterator())));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anOutageOfTheKeyServiceIsRetryableAndTheSameIteratorGivesEverythingLater(Kind kind) {
        InMemoryKms kms = InMemoryKms.create();
        String key = kms.createKey();
        KinesisEncryption writer = SealedStream.encryption(Keyrings.awsKms(key, kms.client()));
        KinesisEncryption reader = SealedStream.encryption(Keyrings.awsKms(key, kms.client()));
        opened.add(writer);
        opened.add(reader);
        SealedStream sealed = new SealedStream(kinesis, writer);
        sealed.put("one");
        sealed.put("two");
        ReadingClient client = client(kind, reader, DecryptingClientOptions.DEFAULTS);
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();

        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        SdkClientException failure = failureOf(() -> client.getRecords(with(iterator)));
        assertThat(failure).hasCauseInstanceOf(TransientKeyException.class);
        assertThat(failure.retryable()).isTrue();

        kms.faults().clear();
        reader.discardAll();
        assertThat(texts(client.getRecords(with(iterator)).records())).containsExactly("one", "two");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aKeyThatIsNotConfiguredFailsTheCallWhateverThePolicyForBadRecords(Kind kind) {
        stream.put("one");
        KinesisEncryption other = SealedStream.encryption(Keyrings.rawAes("test", "key-2", new byte[32]));
        opened.add(other);
        DecryptingClientOptions skipping = DecryptingClientOptions.builder()
                .failurePolicies(FailurePolicies.builder().skipBadRecords().build())
                .build();

        SdkClientException failure = failureOf(() -> readAll(client(kind, other, skipping)));

        assertThat(failure).hasCauseInstanceOf(PermanentKeyException.class);
        assertThat(failure.retryable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aClosedOwnerFailsTheCallAsAClientDoes(Kind kind) {
        stream.put("one");
        KinesisEncryption closed = SealedStream.encryption(SealedStream.KEYRING);
        ReadingClient client = client(kind, closed, DecryptingClientOptions.DEFAULTS);
        closed.close();

        assertThat(failureOf(() -> readAll(client))).hasCauseInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void plaintextIsRefusedUnlessThePolicySaysOtherwise(Kind kind) {
        stream.putPlaintext("old");
        clock.advance(Duration.ofMinutes(1));
        Instant cutOver = clock.instant();
        clock.advance(Duration.ofMinutes(1));
        stream.put("new");

        assertThat(failureOf(() -> readAll(client(kind)))).hasCauseInstanceOf(PlaintextRecordException.class);
        for (PlaintextPolicy accepting : List.of(PlaintextPolicy.ACCEPT, PlaintextPolicy.acceptBefore(cutOver))) {
            ReadingClient client =
                    client(kind, FailurePolicies.builder().plaintext(accepting).build());
            assertThat(texts(readAll(client).records())).containsExactly("old", "new");
        }

        stream.putPlaintext("late");
        ReadingClient afterTheCutOver = client(
                kind,
                FailurePolicies.builder()
                        .plaintext(PlaintextPolicy.acceptBefore(cutOver))
                        .build());
        assertThat(failureOf(() -> readAll(afterTheCutOver))).hasCauseInstanceOf(PlaintextRecordException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatBeginsLikeAnEnvelopeIsNeverTakenForPlaintext(Kind kind) {
        byte[] envelope = stream.sealed("one").data();
        stream.put(KinesisRecord.of("customer-1", null, Arrays.copyOf(envelope, 50)));
        ReadingClient client = client(
                kind,
                FailurePolicies.builder().plaintext(PlaintextPolicy.ACCEPT).build());

        assertThat(failureOf(() -> readAll(client))).hasCauseInstanceOf(MalformedEnvelopeException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void skippedRecordsAreLeftOut(Kind kind) {
        stream.put("one");
        stream.putTampered("two");
        stream.put("three");

        ReadingClient client =
                client(kind, FailurePolicies.builder().skipBadRecords().build());

        assertThat(texts(readAll(client).records())).containsExactly("one", "three");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aDeadLetterIsInTheSinkBeforeTheResponseIsHandedOut(Kind kind) {
        stream.put("one");
        String bad = stream.putTampered("two");
        List<DeadLetter> letters = new ArrayList<>();
        AtomicReference<Throwable> broken = new AtomicReference<>(new NoClassDefFoundError("sink"));
        ReadingClient client = client(
                kind,
                FailurePolicies.builder()
                        .deadLetterBadRecords(letter -> {
                            Throwable failure = broken.get();
                            if (failure instanceof Error error) {
                                throw error;
                            }
                            if (failure != null) {
                                throw (Exception) failure;
                            }
                            letters.add(letter);
                        })
                        .build());
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();

        assertThat(failureOf(() -> client.getRecords(with(iterator))).retryable())
                .as("an Error of the sink")
                .isTrue();
        broken.set(new IOException("the sink is full"));
        assertThat(failureOf(() -> client.getRecords(with(iterator)))).hasCause(broken.get());
        broken.set(null);

        assertThat(texts(client.getRecords(with(iterator)).records())).containsExactly("one");
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).origin().sequenceNumber()).isEqualTo(bad);
        assertThat(letters.get(0).origin().shardId()).isEqualTo(SHARD);
        assertThat(letters.get(0).isWithheld()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void tooManyBadRecordsInARowFailTheCall(Kind kind) {
        for (int i = 0; i < 3; i++) {
            stream.putTampered("bad " + i);
        }
        ReadingClient two = client(
                kind,
                FailurePolicies.builder()
                        .skipBadRecords()
                        .holdAfterBadRecordsInARow(2)
                        .build());
        ReadingClient three = client(
                kind,
                FailurePolicies.builder()
                        .skipBadRecords()
                        .holdAfterBadRecordsInARow(3)
                        .build());

        assertThat(failureOf(() -> readAll(two)))
                .hasCauseInstanceOf(AuthenticationFailedException.class)
                .as("why it is not skipped")
                .hasMessageContainingAll("too many bad records", "SKIP", "2 in a row", "5 % of 1000");
        assertThat(readAll(three).records()).isEmpty();
    }

    @Test
    void recordsOfACallThatIsMadeAgainCountOnce() {
        InMemoryKms kms = InMemoryKms.create();
        String key = kms.createKey();
        KinesisEncryption writer = SealedStream.encryption(Keyrings.awsKms(key, kms.client()));
        KinesisEncryption both =
                SealedStream.encryption(Keyrings.multi(SealedStream.KEYRING, Keyrings.awsKms(key, kms.client())));
        opened.add(writer);
        opened.add(both);
        stream.putTampered("bad");
        new SealedStream(kinesis, writer).put("good");
        ReadingClient client = client(
                Kind.SYNC,
                both,
                DecryptingClientOptions.builder()
                        .failurePolicies(FailurePolicies.builder()
                                .skipBadRecords()
                                .holdAfterBadRecordsInARow(1)
                                .build())
                        .build());
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();
        kms.faults().inject(KmsFault.unreachable("Decrypt"));
        for (int i = 0; i < 5; i++) {
            assertThat(failureOf(() -> client.getRecords(with(iterator))))
                    .hasCauseInstanceOf(TransientKeyException.class);
        }
        kms.faults().clear();
        both.discardAll();

        assertThat(texts(client.getRecords(with(iterator)).records())).containsExactly("good");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void iteratorsThatWentThroughTheClientAreKnownFromResponseToResponse(Kind kind) {
        ReadingClient client = client(kind);
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();
        for (int i = 0; i < 5; i++) {
            stream.put("order " + i);
            GetRecordsResponse response = client.getRecords(with(iterator));
            assertThat(texts(response.records())).containsExactly("order " + i);
            assertThat(texts(client.getRecords(with(iterator)).records()))
                    .as("the same again")
                    .containsExactly("order " + i);
            iterator = response.nextShardIterator();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anIteratorFromElsewhereNeedsTheStreamsArnOrAnOption(Kind kind) {
        stream.put("one");
        String foreign = kinesis.client().getShardIterator(fromTheStart()).shardIterator();

        assertThat(failureOf(() -> client(kind).getRecords(with(foreign))))
                .hasMessageContainingAll("not known", "DecryptingClientOptions.stream");
        assertThat(kinesis.callCount("GetRecords"))
                .as("calls of a refused request")
                .isZero();

        ReadingClient client = client(kind);
        GetRecordsResponse response = client.getRecords(
                with(foreign).toBuilder().streamARN(kinesis.streamArn(ORDERS)).build());
        assertThat(texts(response.records())).containsExactly("one");
        assertThat(client.getRecords(with(response.nextShardIterator())).records())
                .as("goes on without the ARN")
                .isEmpty();
        ReadingClient only = client(
                kind,
                encryption,
                DecryptingClientOptions.builder().stream(SealedStream.STREAM).build());
        assertThat(texts(only.getRecords(with(foreign)).records())).containsExactly("one");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCallForAnotherStreamThanTheOnlyOneIsRefused(Kind kind) {
        ReadingClient client = client(
                kind,
                encryption,
                DecryptingClientOptions.builder().stream(StreamIdentity.of("payments"))
                        .build());

        assertThat(failureOf(() -> client.getShardIterator(fromTheStart())))
                .hasMessageContainingAll(ORDERS, "payments");
        assertThat(failureOf(() -> client.getRecords(with("iterator").toBuilder()
                        .streamARN(kinesis.streamArn(ORDERS))
                        .build())))
                .hasMessageContainingAll(ORDERS, "payments");
        assertThat(failureOf(() -> client(kind)
                        .getRecords(with("iterator").toBuilder()
                                .streamARN("not-an-arn")
                                .build())))
                .hasMessageContaining("not-an-arn");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRecordThatWasCopiedFromAnotherStreamIsRefused(Kind kind) {
        KinesisRecord copied =
                encryption.encryptor(StreamIdentity.of("payments")).encrypt(order("customer-1", "a payment"));
        stream.put(copied);

        assertThat(failureOf(() -> readAll(client(kind)))).hasCauseInstanceOf(ContextMismatchException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anArnInTheRequestIsHeldAgainstRecordsThatCarryOne(Kind kind) {
        StreamIdentity elsewhere = StreamIdentity.ofArn("arn:aws:kinesis:eu-west-1:999999999999:stream/" + ORDERS);
        stream.put(encryption.encryptor(elsewhere).encrypt(order("customer-1", "of another account")));
        ReadingClient client = client(kind);
        String iterator = client.getShardIterator(fromTheStart()).shardIterator();

        assertThat(failureOf(() -> client.getRecords(with(iterator).toBuilder()
                        .streamARN(kinesis.streamArn(ORDERS))
                        .build())))
                .hasCauseInstanceOf(ContextMismatchException.class);
    }

    @Test
    void policiesForAnApplicationThatTheClientDoesNotSeeAreRefused() {
        FailurePolicies holding = FailurePolicies.builder()
                .applicationFailures(ApplicationFailureAction.HALT)
                .build();
        assertThatThrownBy(() -> DecryptingClientOptions.builder()
                        .failurePolicies(holding)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("applicationFailures");
    }

    @Test
    void neitherFailuresNorOptionsShowPlaintextOrKeys() {
        stream.putPlaintext("a secret order");
        assertThat(failureOf(() -> readAll(client(Kind.SYNC))).toString()).doesNotContain("secret");
    }

    @Test
    void userRecordsOfOneAggregateShareNoArray() {
        stream.putAggregate(EnvelopeFormat.COMPACT, null, List.of(order("a", "a1"), order("a", "a2")));
        List<Record> records = readAll(client(Kind.SYNC)).records();
        assertThat(records.get(0).data().asByteArrayUnsafe())
                .isNotSameAs(records.get(1).data().asByteArrayUnsafe())
                .hasSize(2);
        UserRecord first = order("a", "a1");
        assertThat(records.get(0).data().asByteArray()).isEqualTo(first.data());
    }
}
