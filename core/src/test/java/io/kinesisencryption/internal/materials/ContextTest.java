// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What writers bind and readers demand, at its edges. */
class ContextTest {
    private static final String ARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
    private static final String OTHER_REGION = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";
    private static final PayloadShape RECORD = new PayloadShape(PayloadKind.RECORD, Compression.NONE);

    private static Map<String, String> of(String... keysAndValues) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            pairs.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return pairs;
    }

    private static @Nullable ErrorCode codeOf(
            ReaderContext reader, EnvelopeFormat format, Map<String, String> context) {
        try {
            reader.check(format, context);
            return null;
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
    }

    private static @Nullable ErrorCode codeOf(AcceptedStream stream, String... context) {
        return codeOf(new ReaderContext(List.of(stream), Map.of()), EnvelopeFormat.COMPACT, of(context));
    }

    @Test
    void aWritersContextIsTakenUpToItsLimitOnly() {
        // The count takes 2 bytes, two lengths 4, the key 1. An e with an accent takes two bytes.
        assertThat(WriterContext.checkedUserPairs(Map.of("k", "v".repeat(4096 - 7))))
                .hasSize(1);
        assertThat(WriterContext.checkedUserPairs(Map.of("k", "\u00E9".repeat((4096 - 7) / 2))))
                .hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriterContext.checkedUserPairs(Map.of("k", "v".repeat(4096 - 6))))
                .withMessageContaining("takes 4097 bytes")
                .withMessageContaining("4096");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriterContext.checkedUserPairs(Map.of("k\u00E9", "v".repeat(4096 - 8))))
                .withMessageContaining("takes 4097 bytes");

        // The stream's name takes 4 + 19 + 6 bytes as well, and an aggregate 4 + 15 + 9.
        Map<String, String> largest = Map.of("k", "v".repeat(4096 - 7 - 29));
        assertThat(WriterContext.of("orders", null, largest)).hasSize(2);
        assertThat(WriterContext.of("orders", null, largest, RECORD)).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriterContext.of("orders", null, Map.of("k", "v".repeat(4096 - 7 - 28))))
                .withMessageContaining("takes 4097 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WriterContext.of(
                        "orders", null, largest, new PayloadShape(PayloadKind.AGGREGATE, Compression.NONE)))
                .withMessageContaining("takes %d bytes".formatted(4096 + 28));
    }

    @Test
    void aWritersPairsAreTextThatIsNotReserved() {
        for (String key : List.of("", "kinesis:x", "aws-crypto-x", "Partition_Key", "shard-id", "k\uD800")) {
            assertThatIllegalArgumentException()
                    .as(key)
                    .isThrownBy(() -> WriterContext.checkedUserPairs(Map.of(key, "v")));
        }
        for (String value : List.of("", "v\uDC00")) {
            assertThatIllegalArgumentException()
                    .as(value)
                    .isThrownBy(() -> WriterContext.checkedUserPairs(Map.of("k", value)));
        }
        assertThat(WriterContext.checkedUserPairs(Map.of("kinesis", "\uD83D\uDE00")))
                .containsExactly(Map.entry("kinesis", "\uD83D\uDE00"));
    }

    @Test
    void theShapeOfAPayloadIsSaidAndRead() {
        for (PayloadKind kind : PayloadKind.values()) {
            for (Compression compression : Compression.values()) {
                PayloadShape shape = new PayloadShape(kind, compression);
                Map<String, String> context = WriterContext.of("orders", ARN, Map.of("tenant", "acme"), shape);

                assertThat(PayloadShape.of(context)).isEqualTo(shape);
                assertThat(context)
                        .containsEntry("kinesis:stream-name", "orders")
                        .containsEntry("kinesis:stream-arn", ARN)
                        .containsEntry("tenant", "acme");
                assertThat(context.containsKey("kinesis:payload")).isEqualTo(kind == PayloadKind.AGGREGATE);
                assertThat(context.containsKey("kinesis:compression")).isEqualTo(compression == Compression.ZSTD);
            }
        }
        for (String key : List.of("kinesis:payload", "kinesis:compression")) {
            assertThatThrownBy(() -> PayloadShape.of(Map.of(key, "other")))
                    .isInstanceOf(KinesisEncryptionException.class)
                    .hasMessageContaining("'%s' is 'other'".formatted(key));
        }
    }

    @Test
    void aStreamIsAcceptedByItsArnWhereBothHaveOneElseByItsName() {
        String name = "kinesis:stream-name";
        String arn = "kinesis:stream-arn";
        AcceptedStream byName = new AcceptedStream("orders", null);
        AcceptedStream byArn = new AcceptedStream("orders", ARN);

        assertThat(codeOf(byName, name, "orders")).isNull();
        assertThat(codeOf(byName, name, "orders", arn, ARN)).isNull();
        assertThat(codeOf(byName, name, "orders", arn, OTHER_REGION)).isNull();
        assertThat(codeOf(byName, name, "orders", arn, ARN + "2")).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(byName, name, "orders", arn, "orders")).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(byName, name, "payments")).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(byName, arn, ARN)).isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        assertThat(codeOf(byArn, name, "orders")).isNull();
        assertThat(codeOf(byArn, name, "orders", arn, ARN)).isNull();
        assertThat(codeOf(byArn, name, "orders", arn, OTHER_REGION)).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(codeOf(byArn, name, "payments", arn, ARN)).isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    void aStreamThatIsRefusedIsNamedBesideTheReadersOwn() {
        ReaderContext one = new ReaderContext(List.of(new AcceptedStream("orders", null)), Map.of());
        ReaderContext two = new ReaderContext(
                List.of(new AcceptedStream("orders", ARN), new AcceptedStream("payments", null)), Map.of());

        assertThatThrownBy(() -> one.check(EnvelopeFormat.COMPACT, of("kinesis:stream-name", "other")))
                .hasMessageContaining("for the stream 'other', and")
                .hasMessageEndingWith("accepts 'orders'");
        assertThatThrownBy(() -> two.check(
                        EnvelopeFormat.COMPACT,
                        of("kinesis:stream-name", "orders", "kinesis:stream-arn", OTHER_REGION)))
                .hasMessageContaining("for the stream '%s', and".formatted(OTHER_REGION))
                .hasMessageEndingWith("accepts '%s' and 1 more".formatted(ARN));
        assertThat(codeOf(two, EnvelopeFormat.COMPACT, of("kinesis:stream-name", "payments")))
                .isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> new ReaderContext(List.of(), Map.of()));
    }

    @Test
    void reservedPairsAreRefusedUnlessTheFormatHasThem() {
        ReaderContext reader = new ReaderContext(List.of(new AcceptedStream("orders", null)), Map.of());
        Map<String, String> context = of("kinesis:stream-name", "orders", "kinesisx", "free");
        assertThat(codeOf(reader, EnvelopeFormat.COMPACT, context)).isNull();
        Map<String, String> signed = with(context, "aws-crypto-public-key", "x");
        assertThat(codeOf(reader, EnvelopeFormat.COMPACT, signed)).isEqualTo(ErrorCode.CONTEXT_MISMATCH);
        assertThat(codeOf(reader, EnvelopeFormat.AWS_ENCRYPTION_SDK, signed)).isNull();
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            boolean message = format == EnvelopeFormat.AWS_ENCRYPTION_SDK;
            assertThat(codeOf(reader, format, with(context, "kinesis:later", "x")))
                    .isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
            assertThat(codeOf(reader, format, with(context, "kinesis:envelope", "compact-1")))
                    .isEqualTo(ErrorCode.CONTEXT_MISMATCH);
            assertThat(codeOf(reader, format, with(context, "kinesis:payload", "aggregate")))
                    .isEqualTo(message ? null : ErrorCode.UNSUPPORTED_PAYLOAD);
            assertThat(codeOf(reader, format, with(context, "kinesis:compression", "zstd")))
                    .isEqualTo(message ? null : ErrorCode.UNSUPPORTED_PAYLOAD);
            assertThat(codeOf(reader, format, with(context, "kinesis:compression", "lz4")))
                    .isEqualTo(ErrorCode.UNSUPPORTED_PAYLOAD);
        }
    }

    private static Map<String, String> with(Map<String, String> context, String key, String value) {
        Map<String, String> pairs = new HashMap<>(context);
        pairs.put(key, value);
        return pairs;
    }

    @Test
    void everyRequiredPairIsDemanded() {
        ReaderContext reader = new ReaderContext(
                List.of(new AcceptedStream("orders", null)),
                ReaderContext.checkedRequiredPairs(Map.of("tenant", "acme", "stage", "live")));
        Map<String, String> context = of("kinesis:stream-name", "orders", "tenant", "acme", "stage", "live");

        assertThat(codeOf(reader, EnvelopeFormat.COMPACT, context)).isNull();
        assertThatThrownBy(() -> reader.check(EnvelopeFormat.COMPACT, with(context, "stage", "test")))
                .hasMessageContaining("has 'test' where 'stage' = 'live' is required");
        context.remove("tenant");
        assertThatThrownBy(() -> reader.check(EnvelopeFormat.COMPACT, context))
                .hasMessageContaining("has no 'tenant' where 'tenant' = 'acme' is required");
        assertThatIllegalArgumentException().isThrownBy(() -> ReaderContext.checkedRequiredPairs(Map.of("tenant", "")));
    }

    @Test
    void whatTheKeyServiceSeesMarksTheFormat() {
        Map<String, String> pairs = Map.of("kinesis:stream-name", "orders");
        assertThat(KeyContext.of(EnvelopeFormat.AWS_ENCRYPTION_SDK, pairs)).isEqualTo(pairs);
        assertThat(KeyContext.of(EnvelopeFormat.COMPACT, pairs))
                .isEqualTo(with(pairs, "kinesis:envelope", "compact-1"));
        Map<String, String> signed = with(pairs, "aws-crypto-public-key", "x");
        assertThat(KeyContext.of(EnvelopeFormat.AWS_ENCRYPTION_SDK, signed)).isEqualTo(signed);
        assertThatThrownBy(() -> KeyContext.of(EnvelopeFormat.COMPACT, signed))
                .isInstanceOf(KinesisEncryptionException.class);
        for (EnvelopeFormat format : EnvelopeFormat.values()) {
            assertThatThrownBy(() -> KeyContext.of(format, with(pairs, "kinesis:envelope", "x")))
                    .isInstanceOf(KinesisEncryptionException.class);
        }
    }

    @Test
    void aWritersKeyIsItsSuiteAndItsWholeContext() {
        AlgorithmSuite suite = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
        WriterKey key = new WriterKey(suite, Map.of("a", "b"));

        assertThat(key)
                .isEqualTo(new WriterKey(suite, Map.of("a", "b")))
                .hasSameHashCodeAs(new WriterKey(suite, Map.of("a", "b")))
                .isNotEqualTo(new WriterKey(suite, Map.of("a", "c")))
                .isNotEqualTo(
                        new WriterKey(AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY, Map.of("a", "b")))
                .isNotEqualTo("key")
                .hasToString("AWS_ENCRYPTION_SDK {a=b}");
        // The same hash by chance does not make them the same.
        assertThat(new WriterKey(suite, Map.of("Aa", "b"))).isNotEqualTo(new WriterKey(suite, Map.of("BB", "b")));
        assertThat(key.hashCode()).isNotEqualTo(new WriterKey(suite, Map.of("a", "c")).hashCode());
    }

    @Test
    void aDataKeyOfAnotherSizeIsRefusedAndOverwritten() {
        for (int size : new int[] {0, 31, 33}) {
            byte[] bytes = new byte[size];
            Arrays.fill(bytes, (byte) 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DataKey.takeOver(bytes, List.of()))
                    .withMessageContaining("this one has " + size);
            assertThat(bytes).isEqualTo(new byte[size]);
        }
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 1);
        DataKey key = DataKey.takeOver(bytes, List.of());
        assertThat(key.bytes()).isSameAs(bytes);
        assertThat(key).hasToString("DataKey[0 encrypted copies]");
        key.close();
        assertThat(bytes).containsOnly(0);
    }
}
