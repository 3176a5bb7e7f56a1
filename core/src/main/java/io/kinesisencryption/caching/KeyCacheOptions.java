// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.caching;

import java.time.Duration;
import java.util.Objects;

/**
 * How long and for how many records data keys are used, how many are kept, and how often the key service is asked. Immutable.
 *
 * @see Builder for each option, its default and its range
 */
public final class KeyCacheOptions {
    /** The most records that one key may be told to protect: the bound of random 96-bit nonces under AES-GCM, NIST SP 800-38D, section 8.3. */
    public static final long HARD_MAX_RECORDS_PER_KEY = 1L << 32;

    /** The most bytes that one key may be told to protect. */
    public static final long HARD_MAX_BYTES_PER_KEY = 1L << 42;

    /** The smallest byte cap: the largest record of any stream, 10 MiB, with its headers must fit under every key. */
    public static final long MIN_MAX_BYTES_PER_KEY = 1L << 24;

    private static final Duration MAX_MAX_AGE = Duration.ofDays(1);
    private static final int MAX_CACHED_KEYS = 10_000_000;
    private static final int MAX_LOADS_PER_SECOND = 10_000;
    private static final int MAX_CONCURRENT_LOADS = 256;

    /** What is used where nothing is set. After the constants that it is checked against. */
    public static final KeyCacheOptions DEFAULTS = builder().build();

    private final Duration refreshAfter;
    private final Duration maxAge;
    private final long maxRecordsPerKey;
    private final long maxBytesPerKey;
    private final int maxCachedKeys;
    private final int loadsPerSecond;
    private final int maxConcurrentLoads;
    private final Duration maxWait;

    private KeyCacheOptions(Builder builder) {
        this.refreshAfter = checked("refreshAfter", builder.refreshAfter, Duration.ofSeconds(1), MAX_MAX_AGE);
        this.maxAge = checked("maxAge", builder.maxAge, Duration.ofSeconds(1), MAX_MAX_AGE);
        this.maxRecordsPerKey = checked("maxRecordsPerKey", builder.maxRecordsPerKey, 1, HARD_MAX_RECORDS_PER_KEY);
        this.maxBytesPerKey =
                checked("maxBytesPerKey", builder.maxBytesPerKey, MIN_MAX_BYTES_PER_KEY, HARD_MAX_BYTES_PER_KEY);
        this.maxCachedKeys = (int) checked("maxCachedKeys", builder.maxCachedKeys, 1, MAX_CACHED_KEYS);
        this.loadsPerSecond = (int) checked("loadsPerSecond", builder.loadsPerSecond, 1, MAX_LOADS_PER_SECOND);
        this.maxConcurrentLoads =
                (int) checked("maxConcurrentLoads", builder.maxConcurrentLoads, 1, MAX_CONCURRENT_LOADS);
        this.maxWait = checked("maxWait", builder.maxWait, Duration.ofMillis(100), Duration.ofMinutes(10));
        Duration latestRefresh = refreshAfter.plus(refreshAfter.dividedBy(10));
        if (maxAge.compareTo(latestRefresh) < 0) {
            throw new IllegalArgumentException(
                    "maxAge is %s; with refreshAfter %s, which varies by 10 %%, it must be at least %s"
                            .formatted(maxAge, refreshAfter, latestRefresh));
        }
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * When a key that encrypts is replaced.
     *
     * @return from 1 second to 1 day
     */
    public Duration refreshAfter() {
        return refreshAfter;
    }

    /**
     * When a key is dropped, whatever happens.
     *
     * @return from 1.1 times {@link #refreshAfter()} to 1 day
     */
    public Duration maxAge() {
        return maxAge;
    }

    /**
     * How many records one key encrypts at most.
     *
     * @return from 1 to 2<sup>32</sup>
     */
    public long maxRecordsPerKey() {
        return maxRecordsPerKey;
    }

    /**
     * How many bytes one key encrypts at most.
     *
     * @return from 2<sup>24</sup> to 2<sup>42</sup>
     */
    public long maxBytesPerKey() {
        return maxBytesPerKey;
    }

    /**
     * How many keys that decrypt are kept.
     *
     * @return from 1 to 10,000,000
     */
    public int maxCachedKeys() {
        return maxCachedKeys;
    }

    /**
     * How many calls of the key service the loads of data keys may make in any one second.
     *
     * @return from 1 to 10,000
     */
    public int loadsPerSecond() {
        return loadsPerSecond;
    }

    /**
     * How many loads run at once.
     *
     * @return from 1 to 256
     */
    public int maxConcurrentLoads() {
        return maxConcurrentLoads;
    }

    /**
     * How long a caller waits for a key.
     *
     * @return from 100 milliseconds to 10 minutes
     */
    public Duration maxWait() {
        return maxWait;
    }

    /** The options, for logs. */
    @Override
    public String toString() {
        return ("KeyCacheOptions[refreshAfter=%s, maxAge=%s, maxRecordsPerKey=%d, maxBytesPerKey=%d, maxCachedKeys=%d, "
                        + "loadsPerSecond=%d, maxConcurrentLoads=%d, maxWait=%s]")
                .formatted(
                        refreshAfter,
                        maxAge,
                        maxRecordsPerKey,
                        maxBytesPerKey,
                        maxCachedKeys,
                        loadsPerSecond,
                        maxConcurrentLoads,
                        maxWait);
    }

    private static Duration checked(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s; it must be from %s to %s".formatted(name, value, least, most));
        }
        return value;
    }

    private static long checked(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d; it must be from %d to %d".formatted(name, value, least, most));
        }
        return value;
    }

    /** Configures {@link KeyCacheOptions}. Not thread-safe. */
    public static final class Builder {
        private Duration refreshAfter = Duration.ofMinutes(5);
        private Duration maxAge = Duration.ofHours(1);
        private long maxRecordsPerKey = 1L << 24;
        private long maxBytesPerKey = 1L << 38;
        private int maxCachedKeys = 100_000;
        private int loadsPerSecond = 50;
        private int maxConcurrentLoads = 16;
        private Duration maxWait = Duration.ofSeconds(30);

        private Builder() {}

        /**
         * Sets when a key that encrypts is replaced by a new one, if it was used. Varied by up to 10 % for each key, so that the producers of a
         * fleet do not ask at once. 5 minutes unless set, as server-side encryption does it.
         *
         * @param refreshAfter from 1 second to 1 day
         * @return this
         */
        public Builder refreshAfter(Duration refreshAfter) {
            this.refreshAfter = Objects.requireNonNull(refreshAfter, "refreshAfter");
            return this;
        }

        /**
         * Sets when a key is dropped. A key that encrypts gets this old only while the key service fails transiently, so this is how long an
         * outage costs nothing; a key that decrypts is loaded anew after it, so this is how long a withdrawn permission goes unnoticed. 1 hour
         * unless set.
         *
         * @param maxAge from 1.1 times {@code refreshAfter} to 1 day
         * @return this
         */
        public Builder maxAge(Duration maxAge) {
            this.maxAge = Objects.requireNonNull(maxAge, "maxAge");
            return this;
        }

        /**
         * Sets how many records one key encrypts at most. 2<sup>24</sup> unless set.
         *
         * @param maxRecordsPerKey from 1 to 2<sup>32</sup>
         * @return this
         */
        public Builder maxRecordsPerKey(long maxRecordsPerKey) {
            this.maxRecordsPerKey = maxRecordsPerKey;
            return this;
        }

        /**
         * Sets how many bytes one key encrypts at most, authenticated data included. 2<sup>38</sup> unless set.
         *
         * @param maxBytesPerKey from 2<sup>24</sup>, because the largest record must fit, to 2<sup>42</sup>
         * @return this
         */
        public Builder maxBytesPerKey(long maxBytesPerKey) {
            this.maxBytesPerKey = maxBytesPerKey;
            return this;
        }

        /**
         * Sets how many keys that decrypt are kept. 100,000 unless set. Each takes at most 128 bytes of heap beside the key itself and what
         * identifies it (for a COMPACT record under one AWS KMS key about 450 bytes): about 65 MB for 100,000.
         *
         * @param maxCachedKeys from 1 to 10,000,000
         * @return this
         */
        public Builder maxCachedKeys(int maxCachedKeys) {
            this.maxCachedKeys = maxCachedKeys;
            return this;
        }

        /**
         * Sets how many calls of the key service the loads of data keys may make in any one second, in the whole process. The quota of AWS KMS is
         * the account's and a region's, shared by everything that uses KMS there. 50 unless set.
         *
         * <p>Most loads make one call. A load makes several if a record's data key is encrypted under several wrapping keys and the first does not
         * open it, or if a new data key is encrypted under several; each call then waits for its turn, so the first data keys of many streams need
         * streams times wrapping keys divided by this many seconds, which must stay below {@link #maxWait maxWait}. What is counted
         * are the calls of AWS KMS clients. A keyring of {@code Keyrings.of} or {@code ofKmsAccounts}, whose calls cannot be seen, counts as one call each time that it is
         * asked; a load that needs no call (a raw key, a branch key in memory) counts as one. Requests that the AWS SDK repeats after a failure are
         * counted with the clients that keyrings make for themselves: they are made at once, above the limit if need be, and as many later calls
         * wait longer for it. With clients that are handed in, a call counts as one, however often the client repeats it: switch its repeating off
         * ({@code AwsRetryStrategy.doNotRetry()}) where every request has to count.
         *
         * @param loadsPerSecond from 1 to 10,000
         * @return this
         */
        public Builder loadsPerSecond(int loadsPerSecond) {
            this.loadsPerSecond = loadsPerSecond;
            return this;
        }

        /**
         * Sets how many loads of keys that decrypt run at once, in the whole process; and as many of keys that encrypt. 16 unless set.
         *
         * @param maxConcurrentLoads from 1 to 256
         * @return this
         */
        public Builder maxConcurrentLoads(int maxConcurrentLoads) {
            this.maxConcurrentLoads = maxConcurrentLoads;
            return this;
        }

        /**
         * Sets how long a caller waits for a key, the wait for the limits and the call together, before it is told that there is none now. 30
         * seconds unless set.
         *
         * @param maxWait from 100 milliseconds to 10 minutes
         * @return this
         */
        public Builder maxWait(Duration maxWait) {
            this.maxWait = Objects.requireNonNull(maxWait, "maxWait");
            return this;
        }

        /**
         * Checks the options.
         *
         * @return the options
         * @throws IllegalArgumentException if one is out of its range, or two contradict each other
         */
        public KeyCacheOptions build() {
            return new KeyCacheOptions(this);
        }
    }
}
