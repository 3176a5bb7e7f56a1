// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.client;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.consumer.policy.ApplicationFailureAction;
import io.kinesisencryption.consumer.policy.FailurePolicies;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** How a {@link DecryptingKinesisClient} or {@link DecryptingKinesisAsyncClient} reads. Immutable; thread-safe as far as its parts are. */
public final class DecryptingClientOptions {
    /** Any stream, user records one by one, and a call fails if a record of it cannot be opened. */
    public static final DecryptingClientOptions DEFAULTS = builder().build();

    private final @Nullable StreamIdentity stream;
    private final FailurePolicies failurePolicies;
    private final AggregateForm aggregates;
    private final @Nullable Executor executor;

    private DecryptingClientOptions(Builder builder) {
        this.stream = builder.stream;
        this.failurePolicies = builder.failurePolicies;
        this.aggregates = builder.aggregates;
        this.executor = builder.executor;
    }

    /**
     * Starts to configure options.
     *
     * @return a builder of {@link #DEFAULTS}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The one stream that is read.
     *
     * @return the stream, or null if any may be
     */
    public @Nullable StreamIdentity stream() {
        return stream;
    }

    /**
     * What is done about records that cannot be opened.
     *
     * @return the policies
     */
    public FailurePolicies failurePolicies() {
        return failurePolicies;
    }

    /**
     * What is made of records that hold several user records.
     *
     * @return the form
     */
    public AggregateForm aggregates() {
        return aggregates;
    }

    /**
     * What the asynchronous client decrypts on.
     *
     * @return the executor, or null if the client has threads of its own
     */
    public @Nullable Executor executor() {
        return executor;
    }

    /** Configures {@link DecryptingClientOptions}. Not thread-safe. */
    public static final class Builder {
        private @Nullable StreamIdentity stream;
        private FailurePolicies failurePolicies = FailurePolicies.DEFAULTS;
        private AggregateForm aggregates = AggregateForm.USER_RECORDS;
        private @Nullable Executor executor;

        private Builder() {}

        /**
         * Sets the one stream that is read; a call for another is refused. Needed where a shard iterator neither comes from the same client nor is given
         * together with the stream's ARN. With an ARN, records that carry one are held against it.
         *
         * @param stream the stream; any unless set
         * @return this
         */
        public Builder stream(StreamIdentity stream) {
            this.stream = Objects.requireNonNull(stream, "stream");
            return this;
        }

        /**
         * Sets what is done about records that cannot be opened, and about plaintext. To hold is to fail the call: GetRecords hands out nothing then, and the
         * same iterator serves again. What is passed over is left out of the response.
         *
         * @param failurePolicies the policies; {@link FailurePolicies#DEFAULTS} unless set. What they say of failures of the application has no
         *     meaning here.
         * @return this
         */
        public Builder failurePolicies(FailurePolicies failurePolicies) {
            this.failurePolicies = Objects.requireNonNull(failurePolicies, "failurePolicies");
            return this;
        }

        /**
         * Sets what is made of records that hold several user records.
         *
         * @param aggregates the form; {@link AggregateForm#USER_RECORDS} unless set
         * @return this
         */
        public Builder aggregates(AggregateForm aggregates) {
            this.aggregates = Objects.requireNonNull(aggregates, "aggregates");
            return this;
        }

        /**
         * Sets what the asynchronous client decrypts on, and waits for the key service on. Its futures complete there too. The synchronous client uses the
         * caller's thread and ignores it.
         *
         * @param executor not shut down by the client, and not that of the wrapped client's own completions; up to 64 daemon threads of the client's own
         *     unless set
         * @return this
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         * @throws IllegalArgumentException if the policies say something of failures of the application, which a client does not see
         */
        public DecryptingClientOptions build() {
            if (failurePolicies.applicationFailures() != ApplicationFailureAction.PASS_ON) {
                throw new IllegalArgumentException(
                        "applicationFailures is %s; a client does not see what the application throws, so it must be %s"
                                .formatted(failurePolicies.applicationFailures(), ApplicationFailureAction.PASS_ON));
            }
            return new DecryptingClientOptions(this);
        }
    }
}
