// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.consumer.deadletter.DeadLetter;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import io.kinesisencryption.consumer.policy.PlaintextPolicy;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.PayloadKind;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Batches as Lambda hands them over, and what it is told of those that fail. */
class HandlersTest {
    private static final StreamIdentity STREAM =
            StreamIdentity.ofArn("arn:aws:kinesis:eu-west-1:111122223333:stream/orders");
    private static final Instant ARRIVAL = Instant.parse("2026-11-24T12:00:00Z");

    private final InMemoryKms kms = InMemoryKms.create();
    private final String key = kms.createKey();
    private final KinesisEncryption writer = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(key, kms.client()))
            .build();
    private final KinesisEncryption reader = KinesisEncryption.builder()
            .keyring(Keyrings.awsKms(key, kms.client()))
            .build();
    private final List<String> orders = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    private void process(UserRecord order) {
        String text = new String(order.data(), StandardCharsets.UTF_8);
        if (text.startsWith("poison")) {
            throw new IllegalStateException("the application's fault");
        }
        orders.add(order.partitionKey() + " " + text);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] sealed(String text) {
        return writer.encryptor(STREAM)
                .encrypt(UserRecord.of("customer-1", bytes(text)))
                .data();
    }

    private byte[] tampered() {
        byte[] envelope = sealed("tampered");
        envelope[envelope.length - 1] ^= 1;
        return envelope;
    }

    private byte[] aggregate(String... texts) {
        EncryptorOptions options =
                EncryptorOptions.builder().payloadKind(PayloadKind.AGGREGATE).build();
        List<UserRecord> records = Stream.of(texts)
                .map(text -> UserRecord.of("inner", bytes(text)))
                .toList();
        return writer.encryptor(STREAM, options)
                .encryptAggregate("slice-1", null, records)
                .data();
    }

    private static KinesisEvent event(byte[]... data) {
        List<KinesisEventRecord> records = new ArrayList<>();
        for (byte[] each : data) {
            KinesisEvent.Record record = new KinesisEvent.Record();
            record.setPartitionKey("customer-1");
            record.setSequenceNumber(Integer.toString(records.size() + 1));
            record.setApproximateArrivalTimestamp(Date.from(ARRIVAL));
            record.setData(ByteBuffer.wrap(each).asReadOnlyBuffer());
            KinesisEventRecord of = new KinesisEventRecord();
            of.setEventID("shardId-000000000006:" + record.getSequenceNumber());
            of.setEventSourceARN(STREAM.arn());
            of.setKinesis(record);
            records.add(of);
        }
        KinesisEvent event = new KinesisEvent();
        event.setRecords(records);
        return event;
    }

    private static List<String> failures(StreamsEventResponse response) {
        return response.getBatchItemFailures().stream()
                .map(BatchItemFailure::getItemIdentifier)
                .toList();
    }

    private List<String> handle(KinesisEvent event) {
        return failures(new OrdersHandler(reader, this::process).handleRequest(event));
    }

    private List<String> handle(FailurePolicies policies, KinesisEvent event) {
        return failures(new PolicyHandler(reader, policies, this::process).handleRequest(event));
    }

    /** Both handlers do the same where the policies are the default ones. */
    @TestFactory
    Stream<DynamicTest> theFirstRecordThatFailsIsReportedAndNothingBehindItIsProcessed() {
        List<Function<KinesisEvent, List<String>>> handlers =
                List.of(this::handle, event -> handle(FailurePolicies.DEFAULTS, event));
        return handlers.stream()
                .flatMap(handler -> Stream.of(
                        DynamicTest.dynamicTest("nothing fails", () -> {
                            orders.clear();
                            assertThat(handler.apply(event(sealed("one"), aggregate("two", "three"))))
                                    .isEmpty();
                            assertThat(orders).containsExactly("customer-1 one", "inner two", "inner three");
                        }),
                        DynamicTest.dynamicTest("tampered", () -> {
                            orders.clear();
                            assertThat(handler.apply(event(sealed("one"), tampered(), sealed("three"))))
                                    .containsExactly("2");
                            assertThat(orders).containsExactly("customer-1 one");
                        }),
                        DynamicTest.dynamicTest("plaintext", () -> {
                            orders.clear();
                            assertThat(handler.apply(event(bytes("plain"), sealed("two"))))
                                    .containsExactly("1");
                            assertThat(orders).isEmpty();
                        }),
                        DynamicTest.dynamicTest("the application", () -> {
                            orders.clear();
                            assertThat(handler.apply(event(sealed("one"), aggregate("two", "poison"), sealed("four"))))
                                    .containsExactly("2");
                            assertThat(orders).containsExactly("customer-1 one", "inner two");
                        }),
                        DynamicTest.dynamicTest("the key service is out of reach, and back", () -> {
                            orders.clear();
                            reader.discardAll();
                            KinesisEvent event = event(sealed("one"), sealed("two"));
                            kms.faults().inject(KmsFault.unreachable("Decrypt"));
                            assertThat(handler.apply(event)).containsExactly("1");
                            kms.faults().clear();
                            reader.discardAll();
                            assertThat(handler.apply(event)).isEmpty();
                            assertThat(orders).containsExactly("customer-1 one", "customer-1 two");
                        })));
    }

    @Test
    void skippedRecordsArePassedOver() {
        FailurePolicies skip = FailurePolicies.builder().skipBadRecords().build();
        assertThat(handle(skip, event(sealed("one"), tampered(), sealed("three"))))
                .isEmpty();
        assertThat(orders).containsExactly("customer-1 one", "customer-1 three");
    }

    @Test
    void aDeadLetterNamesTheShardAndIsKeptBeforeLambdaGoesOn() {
        boolean[] broken = {true};
        FailurePolicies deadLetter = FailurePolicies.builder()
                .deadLetterBadRecords(letter -> {
                    if (broken[0]) {
                        throw new IllegalStateException("the sink is full");
                    }
                    letters.add(letter);
                })
                .build();
        KinesisEvent event = event(sealed("one"), tampered(), sealed("three"));
        assertThat(handle(deadLetter, event)).containsExactly("2");
        orders.clear();
        broken[0] = false;

        assertThat(handle(deadLetter, event)).isEmpty();

        assertThat(orders).containsExactly("customer-1 one", "customer-1 three");
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).origin().shardId()).isEqualTo("shardId-000000000006");
        assertThat(letters.get(0).origin().sequenceNumber()).isEqualTo("2");
        assertThat(letters.get(0).origin().arrival()).isEqualTo(ARRIVAL);
    }

    @Test
    void plaintextIsAcceptedAsThePolicySays() {
        KinesisEvent event = event(bytes("plain"), sealed("two"));
        assertThat(handle(plaintext(PlaintextPolicy.ACCEPT), event)).isEmpty();
        assertThat(handle(plaintext(PlaintextPolicy.acceptBefore(ARRIVAL.plusSeconds(1))), event))
                .isEmpty();
        assertThat(handle(plaintext(PlaintextPolicy.acceptBefore(ARRIVAL)), event))
                .containsExactly("1");
        assertThat(orders).hasSize(4);
    }

    private static FailurePolicies plaintext(PlaintextPolicy policy) {
        return FailurePolicies.builder().plaintext(policy).build();
    }

    @Test
    void aRecordOfAnotherStreamIsReported() {
        KinesisRecord elsewhere = writer.encryptor(StreamIdentity.of("payments"))
                .encrypt(UserRecord.of("customer-1", bytes("a payment")));
        assertThat(handle(event(elsewhere.data()))).containsExactly("1");
        assertThat(orders).isEmpty();
    }
}
