// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.testkit.UnprintableException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.arns.Arn;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

class DecryptingShardRecordProcessorFactoryTest {
    private static final String ORDERS_ARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
    private static final String OTHER_ARN = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";
    private static final StreamIdentifier ORDERS = StreamIdentifier.singleStreamInstance("orders");
    private static final StreamIdentifier ORDERS_BY_ARN =
            StreamIdentifier.singleStreamInstance(Arn.fromString(ORDERS_ARN));

    private final KinesisEncryption encryption = Records.encryption(Records.rawAes());
    private final RecordingHoldListener holds = new RecordingHoldListener();
    private final RecordingApplication application = new RecordingApplication();

    @AfterEach
    void close() {
        encryption.close();
    }

    /** What happens to a record that was sealed for a stream; null if it is delivered. */
    private ErrorCode refusalOf(StreamIdentity sealedFor, StreamIdentity givenAtBuild, StreamIdentifier fromKcl) {
        SimulatedTime time = new SimulatedTime();
        time.stop();
        var factory = new DecryptingShardRecordProcessorFactory(
                () -> application, encryption, givenAtBuild, time.environment(holds));
        ShardRecordProcessor processor =
                fromKcl == null ? factory.shardRecordProcessor() : factory.shardRecordProcessor(fromKcl);
        int before = application.delivered().size();
        new KclShard(processor).process(Records.stored(1, Records.seal(encryption, sealedFor, "order 1")));
        if (application.delivered().size() > before) {
            return null;
        }
        return holds.holds().get(holds.holds().size() - 1).code();
    }

    @Test
    void theStreamIsTheOneThatKclNames() {
        assertThat(refusalOf(Records.ORDERS, null, ORDERS)).isNull();
        assertThat(refusalOf(StreamIdentity.of("payments"), null, ORDERS)).isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(refusalOf(
                        Records.ORDERS, null, StreamIdentifier.multiStreamInstance("111122223333:orders:1700000000")))
                .isNull();
        assertThat(refusalOf(
                        Records.ORDERS, null, StreamIdentifier.multiStreamInstance("111122223333:payments:1700000000")))
                .isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    void anArnThatKclKnowsIsHeldAgainstTheRecords() {
        assertThat(refusalOf(StreamIdentity.ofArn(ORDERS_ARN), null, ORDERS_BY_ARN))
                .isNull();
        assertThat(refusalOf(
                        StreamIdentity.ofArn(ORDERS_ARN),
                        null,
                        StreamIdentifier.multiStreamInstance(Arn.fromString(ORDERS_ARN), 1700000000L)))
                .isNull();
        assertThat(refusalOf(StreamIdentity.ofArn(OTHER_ARN), null, ORDERS_BY_ARN))
                .isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(refusalOf(Records.ORDERS, null, ORDERS_BY_ARN)).isNull();
    }

    @Test
    void anArnThatWasGivenIsHeldAgainstTheRecordsWhereKclKnowsOnlyTheName() {
        assertThat(refusalOf(StreamIdentity.ofArn(OTHER_ARN), null, ORDERS)).isNull();
        assertThat(refusalOf(StreamIdentity.ofArn(OTHER_ARN), StreamIdentity.ofArn(ORDERS_ARN), ORDERS))
                .isEqualTo(ErrorCode.WRONG_STREAM);
    }

    @Test
    void aNameThatWasGivenTakesTheArnFromKcl() {
        assertThat(refusalOf(StreamIdentity.ofArn(OTHER_ARN), Records.ORDERS, ORDERS_BY_ARN))
                .isEqualTo(ErrorCode.WRONG_STREAM);
        assertThat(refusalOf(StreamIdentity.ofArn(ORDERS_ARN), Records.ORDERS, ORDERS_BY_ARN))
                .isNull();
    }

    @Test
    void theMethodWithoutAStreamNeedsOneFromTheBuilder() {
        assertThat(refusalOf(Records.ORDERS, Records.ORDERS, null)).isNull();
        assertThat(refusalOf(StreamIdentity.of("payments"), Records.ORDERS, null))
                .isEqualTo(ErrorCode.WRONG_STREAM);

        assertThatThrownBy(() -> DecryptingShardRecordProcessorFactory.wrap(() -> application, encryption)
                        .shardRecordProcessor())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("builder(delegate, encryption).stream(");
    }

    @Test
    void aStreamOtherThanTheGivenOneIsRefused() {
        var byName = DecryptingShardRecordProcessorFactory.builder(() -> application, encryption).stream(
                        StreamIdentity.of("payments"))
                .build();
        var byArn = DecryptingShardRecordProcessorFactory.builder(() -> application, encryption).stream(
                        StreamIdentity.ofArn(OTHER_ARN))
                .build();

        assertThatThrownBy(() -> byName.shardRecordProcessor(ORDERS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'payments'")
                .hasMessageContaining("'orders'");
        assertThatThrownBy(() -> byArn.shardRecordProcessor(ORDERS_BY_ARN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(OTHER_ARN)
                .hasMessageContaining(ORDERS_ARN);
    }

    @Test
    void theApplicationsFactoryIsAskedInTheSameWayForEachShard() {
        List<String> asked = new ArrayList<>();
        var factory = DecryptingShardRecordProcessorFactory.builder(
                        new ShardRecordProcessorFactory() {
                            @Override
                            public ShardRecordProcessor shardRecordProcessor() {
                                asked.add("no stream");
                                return new RecordingApplication();
                            }

                            @Override
                            public ShardRecordProcessor shardRecordProcessor(StreamIdentifier stream) {
                                asked.add(stream.streamName());
                                return new RecordingApplication();
                            }
                        },
                        encryption)
                .stream(Records.ORDERS)
                .build();

        ShardRecordProcessor first = factory.shardRecordProcessor(ORDERS);
        ShardRecordProcessor second = factory.shardRecordProcessor(ORDERS);
        ShardRecordProcessor third = factory.shardRecordProcessor();

        assertThat(asked).containsExactly("orders", "orders", "no stream");
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
    }

    @Test
    void wrappingTwiceIsRefused() {
        var once = DecryptingShardRecordProcessorFactory.wrap(() -> application, encryption);

        assertThatThrownBy(() -> DecryptingShardRecordProcessorFactory.wrap(once, encryption))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wrap a factory once");

        ShardRecordProcessorFactory disguised = () -> once.shardRecordProcessor(ORDERS);
        var twice = DecryptingShardRecordProcessorFactory.wrap(disguised, encryption);
        assertThatThrownBy(() -> twice.shardRecordProcessor(ORDERS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrap a factory once");
    }

    @Test
    void aFactoryThatMakesNothingOrThrowsAnErrorIsNamed() {
        var nothing = DecryptingShardRecordProcessorFactory.wrap(() -> null, encryption);
        assertThatThrownBy(() -> nothing.shardRecordProcessor(ORDERS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("null");

        NoClassDefFoundError thrown = new NoClassDefFoundError("application");
        var failing = DecryptingShardRecordProcessorFactory.wrap(
                () -> {
                    throw thrown;
                },
                encryption);
        assertThatThrownBy(() -> failing.shardRecordProcessor(ORDERS))
                .isInstanceOf(RuntimeException.class)
                .hasCause(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** KCL's loop catches exceptions, logs them and asks again; anything else would end it. */
    @Test
    void whateverAFactoryThrowsIsAnExceptionThatKclCanCatchAndLog() {
        List<Throwable> allThrown = List.of(new Throwable("application"), new UnprintableException());
        for (Throwable thrown : allThrown) {
            ShardRecordProcessorFactory unnameable = new ShardRecordProcessorFactory() {
                @Override
                public ShardRecordProcessor shardRecordProcessor() {
                    sneak(thrown);
                    return application;
                }

                @Override
                public String toString() {
                    throw new AssertionError("the name's");
                }
            };
            var factory = DecryptingShardRecordProcessorFactory.wrap(unnameable, encryption);

            assertThatThrownBy(() -> factory.shardRecordProcessor(ORDERS))
                    .isInstanceOf(RuntimeException.class)
                    .satisfies(seen -> seen.printStackTrace(new PrintWriter(Writer.nullWriter())));
        }
    }

    @Test
    void nullsAreRefused() {
        assertThatThrownBy(() -> DecryptingShardRecordProcessorFactory.wrap(null, encryption))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> DecryptingShardRecordProcessorFactory.wrap(() -> application, null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void stopWaitingReachesTheShardsOfTheRealClock() {
        var factory = DecryptingShardRecordProcessorFactory.builder(() -> application, encryption)
                .listener(ConsumerListener.NONE)
                .build();
        KclShard shard = new KclShard(factory.shardRecordProcessor(ORDERS));

        factory.stopWaiting();
        shard.process(Records.tampered(encryption, 1, "order 1"));

        assertThat(application.batches).isEmpty();
    }
}
