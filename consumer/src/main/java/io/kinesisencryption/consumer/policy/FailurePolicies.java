// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.policy;

import io.kinesisencryption.consumer.deadletter.DeadLetterSink;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.error.KinesisEncryptionException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer does about records that it cannot open, by the class of the failure. Nothing is lost by default: the shard waits.
 *
 * <ul>
 *   <li>{@link FailureClass#TRANSIENT_KEY}: the shard waits and tries again, always.
 *   <li>{@link FailureClass#PERMANENT_KEY}: the shard waits until an operator has mended it. Under {@link RecordFailureAction#DEAD_LETTER} a record
 *       whose key is not configured goes to the sink, because anyone who can write to the stream can make one; under
 *       {@link RecordFailureAction#SKIP} it does not, because it may as well be a key that an operator forgot.
 *   <li>{@link FailureClass#RECORD}: held, skipped or dead-lettered. Many of them turn into a hold.
 * </ul>
 *
 * <p>What is not one of this library's failures holds the shard. Immutable; thread-safe as far as the sink is.
 */
public final class FailurePolicies {
    /** The shard waits for everything, and plaintext is refused. */
    public static final FailurePolicies DEFAULTS = builder().build();

    private final RecordFailureAction recordFailures;
    private final @Nullable DeadLetterSink deadLetterSink;
    private final Set<ErrorCode> deadLetterKeyFailures;
    private final boolean deadLetterPlaintext;
    private final int maxInARow;
    private final int maxPercentOfWindow;
    private final int window;
    private final PlaintextPolicy plaintext;
    private final ApplicationFailureAction applicationFailures;

    private FailurePolicies(Builder builder) {
        this.recordFailures = builder.recordFailures;
        this.deadLetterSink = builder.deadLetterSink;
        this.deadLetterKeyFailures = builder.deadLetterKeyFailures;
        this.deadLetterPlaintext = builder.deadLetterPlaintext;
        this.maxInARow = builder.maxInARow;
        this.maxPercentOfWindow = builder.maxPercentOfWindow;
        this.window = builder.window;
        this.plaintext = builder.plaintext;
        this.applicationFailures = builder.applicationFailures;
    }

    /**
     * Starts to configure policies.
     *
     * @return a builder of {@link #DEFAULTS}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What these policies say of a failure, however many there were before it.
     *
     * @param failure why a record could not be opened
     * @return what to do
     */
    public RecordFailureAction actionFor(KinesisEncryptionException failure) {
        return switch (failure.failureClass()) {
            case TRANSIENT_KEY -> RecordFailureAction.HOLD;
            case PERMANENT_KEY ->
                recordFailures == RecordFailureAction.DEAD_LETTER && deadLetterKeyFailures.contains(failure.code())
                        ? RecordFailureAction.DEAD_LETTER
                        : RecordFailureAction.HOLD;
            case RECORD -> recordFailures;
        };
    }

    /**
     * Makes the decisions for one shard.
     *
     * @return decisions that have seen no record yet
     */
    public FailureDecisions forShard() {
        return new FailureDecisions(this);
    }

    /**
     * What is done about bad records.
     *
     * @return the action
     */
    public RecordFailureAction recordFailures() {
        return recordFailures;
    }

    /**
     * Where dead letters go.
     *
     * @return the sink, or null unless {@link #recordFailures()} is {@link RecordFailureAction#DEAD_LETTER}
     */
    public @Nullable DeadLetterSink deadLetterSink() {
        return deadLetterSink;
    }

    /**
     * Whether a dead letter of a plaintext record holds its bytes.
     *
     * @return false if it tells only where the record is
     */
    public boolean deadLetterPlaintext() {
        return deadLetterPlaintext;
    }

    /**
     * How many bad records in a row are passed over.
     *
     * @return the most, at least 1
     */
    public int maxInARow() {
        return maxInARow;
    }

    /**
     * How many of the last records may have been passed over.
     *
     * @return the most, in percent of {@link #window()}, 1 to 100
     */
    public int maxPercentOfWindow() {
        return maxPercentOfWindow;
    }

    /**
     * How many records {@link #maxPercentOfWindow()} is of.
     *
     * @return records, at least 1
     */
    public int window() {
        return window;
    }

    /**
     * Whether records are delivered that are not encrypted.
     *
     * @return the policy
     */
    public PlaintextPolicy plaintext() {
        return plaintext;
    }

    /**
     * What is done when the application throws.
     *
     * @return the action
     */
    public ApplicationFailureAction applicationFailures() {
        return applicationFailures;
    }

    /**
     * Names the policies.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "FailurePolicies[record failures %s, at most %d in a row and %d %% of %d, plaintext %s, application failures %s]"
                .formatted(recordFailures, maxInARow, maxPercentOfWindow, window, plaintext, applicationFailures);
    }

    /** Configures {@link FailurePolicies}. Not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_MAX_IN_A_ROW = 10;
        private static final int DEFAULT_MAX_PERCENT = 5;
        private static final int DEFAULT_WINDOW = 1_000;
        private static final int LARGEST_WINDOW = 1_000_000;

        private RecordFailureAction recordFailures = RecordFailureAction.HOLD;
        private @Nullable DeadLetterSink deadLetterSink;
        private Set<ErrorCode> deadLetterKeyFailures = Set.of(ErrorCode.KEY_NOT_CONFIGURED);
        private boolean deadLetterKeyFailuresSet;
        private boolean deadLetterPlaintext;
        private int maxInARow = DEFAULT_MAX_IN_A_ROW;
        private int maxPercentOfWindow = DEFAULT_MAX_PERCENT;
        private int window = DEFAULT_WINDOW;
        private PlaintextPolicy plaintext = PlaintextPolicy.REJECT;
        private ApplicationFailureAction applicationFailures = ApplicationFailureAction.PASS_ON;

        private Builder() {}

        /**
         * Lets the shard wait at a bad record: nothing is lost, and whoever can write to the stream can hold its shards. The default.
         *
         * @return this
         */
        public Builder holdBadRecords() {
            recordFailures = RecordFailureAction.HOLD;
            deadLetterSink = null;
            return this;
        }

        /**
         * Passes over bad records. Each is lost, with one line in the log.
         *
         * @return this
         */
        public Builder skipBadRecords() {
            recordFailures = RecordFailureAction.SKIP;
            deadLetterSink = null;
            return this;
        }

        /**
         * Hands bad records to a sink, and passes over each once the sink has it. While the sink fails the shard waits.
         *
         * @param sink where they go
         * @return this
         */
        public Builder deadLetterBadRecords(DeadLetterSink sink) {
            recordFailures = RecordFailureAction.DEAD_LETTER;
            deadLetterSink = Objects.requireNonNull(sink, "sink");
            return this;
        }

        /**
         * Sets how many bad records in a row a shard passes over; one more turns into a hold. 10 unless set.
         *
         * @param records at least 1; {@link Integer#MAX_VALUE} for no limit
         * @return this
         */
        public Builder holdAfterBadRecordsInARow(int records) {
            this.maxInARow = records;
            return this;
        }

        /**
         * Sets how many of the last records a shard may have passed over; one more turns into a hold. 5 % of 1,000 unless set, which is 50 records.
         *
         * @param percent of the window, 1 to 100; 100 for no limit
         * @param window how many records, 1 to 1,000,000. What the percentage makes of it is rounded down, to at least one record.
         * @return this
         */
        public Builder holdAbovePercentOf(int percent, int window) {
            this.maxPercentOfWindow = percent;
            this.window = window;
            return this;
        }

        /**
         * Sets which failures of keys go to the sink as well. {@link ErrorCode#KEY_NOT_CONFIGURED} alone unless set. Under a discovery keyring somebody
         * who can write to the stream can make records of {@link ErrorCode#KEY_NOT_FOUND} and {@link ErrorCode#KEY_DENIED} too.
         *
         * @param codes of {@link FailureClass#PERMANENT_KEY}; none to hold for all of them
         * @return this
         */
        public Builder deadLetterKeyFailures(ErrorCode... codes) {
            this.deadLetterKeyFailures = copyOf(codes);
            this.deadLetterKeyFailuresSet = true;
            return this;
        }

        private static Set<ErrorCode> copyOf(ErrorCode... codes) {
            EnumSet<ErrorCode> copy = EnumSet.noneOf(ErrorCode.class);
            copy.addAll(Arrays.asList(codes));
            return Set.copyOf(copy);
        }

        /**
         * Sets whether the dead letter of a plaintext record holds the record's bytes, which are then in the sink for everyone to read who may read it.
         * Otherwise it tells where the record is and why it was refused, and the bytes are lost when the stream's retention ends. No unless set.
         *
         * @param deadLetterPlaintext whether it does
         * @return this
         */
        public Builder deadLetterPlaintext(boolean deadLetterPlaintext) {
            this.deadLetterPlaintext = deadLetterPlaintext;
            return this;
        }

        /**
         * Sets whether records are delivered that are not encrypted.
         *
         * @param plaintext the policy; {@link PlaintextPolicy#REJECT} unless set
         * @return this
         */
        public Builder plaintext(PlaintextPolicy plaintext) {
            this.plaintext = Objects.requireNonNull(plaintext, "plaintext");
            return this;
        }

        /**
         * Sets what is done when the application's record processor throws. Only record processors of the Kinesis Client Library have it.
         *
         * @param applicationFailures the action; {@link ApplicationFailureAction#PASS_ON} unless set
         * @return this
         */
        public Builder applicationFailures(ApplicationFailureAction applicationFailures) {
            this.applicationFailures = Objects.requireNonNull(applicationFailures, "applicationFailures");
            return this;
        }

        /**
         * Makes the policies.
         *
         * @return the policies
         * @throws IllegalArgumentException if a number is out of its range, or a code is not of the class {@link FailureClass#PERMANENT_KEY}
         * @throws IllegalStateException if something is said of dead letters and there is no sink
         */
        public FailurePolicies build() {
            requireRange("bad records in a row", maxInARow, 1, Integer.MAX_VALUE);
            requireRange("percent of the window", maxPercentOfWindow, 1, 100);
            requireRange("records of the window", window, 1, LARGEST_WINDOW);
            for (ErrorCode code : deadLetterKeyFailures) {
                if (code.failureClass() != FailureClass.PERMANENT_KEY) {
                    throw new IllegalArgumentException("%s is a failure of the class %s; only those of %s can be named"
                            .formatted(code, code.failureClass(), FailureClass.PERMANENT_KEY));
                }
            }
            if (deadLetterSink == null && (deadLetterPlaintext || deadLetterKeyFailuresSet)) {
                throw new IllegalStateException(
                        "There is no sink for dead letters: call deadLetterBadRecords(sink), or say nothing of them");
            }
            return new FailurePolicies(this);
        }

        private static void requireRange(String what, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        "The %s are %d; they must be %d to %d".formatted(what, value, min, max));
            }
        }
    }
}
