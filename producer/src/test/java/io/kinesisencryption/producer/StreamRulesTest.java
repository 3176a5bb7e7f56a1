// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.producer.Flavour.Client;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.kinesis.StoredRecord;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

class StreamRulesTest extends ClientFixture {
    private static String decision(StreamRules rules, String stream) {
        StreamRules.Rule rule = rules.ruleFor(stream);
        return rule == null ? "refused" : rule.toString();
    }

    private EnvelopeFormat storedFormat(String stream) {
        StoredRecord stored = kinesis.storedRecords(stream).get(0);
        return EnvelopeInfo.read(stored.data().asByteArray()).format();
    }

    @ParameterizedTest
    @EnumSource
    void eachStreamIsTreatedAsItsRuleSays(Flavour flavour) {
        for (String stream : List.of("payments-eu", "metrics")) {
            kinesis.createStream(stream, 1);
        }
        Client client = client(
                flavour,
                options -> options.streams(StreamRules.builder()
                        .encrypt(STREAM)
                        .encrypt("payments-*", COMPACT)
                        .plaintext("metrics")
                        .build()));

        for (String stream : List.of(STREAM, "payments-eu", "metrics")) {
            client.putRecord(r -> r.streamName(stream).partitionKey("p").data(bytes("data")));
        }

        assertThat(storedFormat(STREAM)).isEqualTo(EnvelopeFormat.AWS_ENCRYPTION_SDK);
        assertThat(storedFormat("payments-eu")).isEqualTo(EnvelopeFormat.COMPACT);
        assertThat(kinesis.storedRecords("metrics").get(0).data()).isEqualTo(bytes("data"));
    }

    @ParameterizedTest
    @EnumSource
    void aStreamWithoutARuleIsRefused(Flavour flavour) {
        Client client = client(
                flavour,
                options -> options.streams(
                        StreamRules.builder().plaintext("metrics").build()));

        assertThatThrownBy(() -> client.putRecord(
                        r -> r.streamName(STREAM).partitionKey("p").data(bytes("x"))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("'" + STREAM + "' has no rule");
        assertThatThrownBy(() -> client.putRecords(
                        r -> r.streamARN(kinesis.streamArn(STREAM)).records(entry("p", bytes("x")))))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining(STREAM);
        assertThatThrownBy(() -> client.sizeOf(STREAM, UserRecord.of("p", new byte[1])))
                .isInstanceOf(SdkClientException.class);
        assertThat(kinesis.calls()).isEmpty();
        assertThat(kms.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRequestToAPlaintextStreamIsHandedOnAsItIs(Flavour flavour) {
        Client client = client(
                flavour,
                options ->
                        options.streams(StreamRules.builder().plaintext("ord*").build()));
        List<KinesisRequest> calls = calls(call -> {});
        PutRecordsRequest request = PutRecordsRequest.builder()
                .streamARN(kinesis.streamArn(STREAM))
                .records(orders(3))
                .build();

        client.putRecords(request);

        assertThat(calls).singleElement().isSameAs(request);
        assertThat(client.sizeOf(STREAM, UserRecord.of("€", new byte[10]))).isEqualTo(13);
        assertThat(kms.calls()).isEmpty();
        assertThat(events.encrypted).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "orders,       encrypt orders",
        "orders-secret, encrypt orders-secret",
        "orders-eu,    plaintext orders-*",
        "orders-eu-x,  plaintext orders-*",
        "orders-,      plaintext orders-*",
        "eu-payments,  encrypt *-payments",
        "orders-payments, plaintext orders-*",
        "a1b2c,        encrypt a*b*c",
        "abc,          encrypt a*b*c",
        "ac,           refused",
        "acb,          refused",
        "Orders,       refused",
        "payments,     refused",
        "metrics.eu,   plaintext metrics.*",
        "metrics-eu,   refused",
    })
    void anExactNameDecidesBeforeAnyPatternAndThenTheFirstPatternThatMatches(String stream, String expected) {
        StreamRules rules = StreamRules.builder()
                .plaintext("orders-*")
                .encrypt("orders")
                .encrypt("orders-secret")
                .encrypt("*-payments")
                .encrypt("a*b*c")
                .plaintext("metrics.*")
                .build();

        assertThat(decision(rules, stream)).isEqualTo(expected);
    }

    @Test
    void whatAPatternHasBetweenItsAsterisksIsNotUsedTwice() {
        assertThat(decision(StreamRules.builder().encrypt("a*a").build(), "a")).isEqualTo("refused");
        assertThat(decision(StreamRules.builder().encrypt("a*a").build(), "aa")).isEqualTo("encrypt a*a");
        assertThat(decision(StreamRules.builder().encrypt("*ab*ab").build(), "ab"))
                .isEqualTo("refused");
        assertThat(decision(StreamRules.builder().encrypt("*").build(), "anything"))
                .isEqualTo("encrypt *");
    }

    @ParameterizedTest
    @CsvSource({
        "*, orders-*",
        "*, *",
        "orders-*, orders-*",
        "orders-*, orders-eu-*",
        "a*c, a*b*c",
        "orders, orders",
    })
    void aRuleThatCouldNeverDecideIsRefused(String earlier, String later) {
        StreamRules.Builder builder = StreamRules.builder().plaintext(earlier).encrypt(later);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("encrypt " + later)
                .withMessageContaining("plaintext " + earlier);
    }

    @ParameterizedTest
    @CsvSource({"orders-*, *", "orders-eu-*, orders-*", "a*b*c, a*c", "*, orders", "a*, *a"})
    void aRuleThatCanStillDecideIsTaken(String earlier, String later) {
        assertThat(StreamRules.builder().plaintext(earlier).encrypt(later).build())
                .hasToString(
                        later.contains("*")
                                ? "StreamRules[plaintext %s, encrypt %s]".formatted(earlier, later)
                                : "StreamRules[encrypt %s, plaintext %s]".formatted(later, earlier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "or ders", "orders/eu", "arn:aws:kinesis:us-east-1:123456789012:stream/orders", "[a-z]"})
    void whatIsNeitherANameNorAPatternIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamRules.builder().encrypt(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void rulesWithoutARuleAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamRules.builder().build())
                .withMessageContaining("no rule");
    }

    @Test
    void whatIsKnownOfStreamsIsBounded() {
        StreamTargets targets = new StreamTargets(
                EncryptingKinesisClient.builder(kinesis.client(), encryption).settings(null));
        StreamTarget first = targets.of("stream-0", null, null);
        assertThat(targets.of("stream-0", null, null)).isSameAs(first);

        for (int i = 0; i < 3 * StreamTargets.MAX_KEPT; i++) {
            targets.of("stream-" + i, null, null);
            assertThat(targets.size()).isLessThanOrEqualTo(StreamTargets.MAX_KEPT);
        }
    }
}
