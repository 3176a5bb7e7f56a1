// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.util.Objects.requireNonNull;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.MutableClock;
import io.kinesisencryption.testkit.internal.AccountIds;
import io.kinesisencryption.testkit.internal.CallCounts;
import io.kinesisencryption.testkit.internal.FaultRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsServiceClientConfiguration;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;

/**
 * An AWS KMS in memory: keys, aliases, access rules and faults behind the AWS SDK's own {@link KmsClient}, for tests.
 *
 * <pre>{@code
 * InMemoryKms kms = InMemoryKms.create();
 * String keyArn = kms.createKey();
 * KmsClient client = kms.client();                 // give it to the code under test
 * kms.deny("reader", keyArn, "GenerateDataKey*");  // what kms.client("reader") may not do
 * kms.disableKey(keyArn);
 * kms.faults().inject(KmsFault.throttled("Decrypt").times(2));
 * }</pre>
 *
 * <p>The clients answer CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion, ReplicateKey,
 * CreateAlias, UpdateAlias, DeleteAlias, GenerateDataKey, GenerateDataKeyWithoutPlaintext, Encrypt, Decrypt, ReEncrypt, GenerateMac, VerifyMac
 * and GenerateRandom, for symmetric encryption keys and HMAC keys. Every other operation throws {@link UnsupportedOperationException}, as the
 * interface's own defaults do. As in the service the encryption context must be the same again to decrypt, {@code KeyId} on Decrypt is
 * enforced, {@code KeyId} in a response is always the key's ARN, the limits of the
 * <a href="https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html">API reference</a> hold, and a failure is the SDK's exception of
 * that name with the service's error code and status. A ciphertext is as long as the service's (184 bytes for a 32-byte data key), but in a
 * layout of its own. Grant tokens, key policies and tags are ignored; there are no quotas.
 *
 * <p>The methods of this class act for the test itself: they are not counted, meet no fault and need no permission. Thread-safe.
 */
public final class InMemoryKms {
    /** The name of the principal that {@link #client()} calls as: {@value}. */
    public static final String DEFAULT_PRINCIPAL = "default";

    private final String accountId;
    private final Region region;
    private final KeyStore keys;
    private final AccessRules access = new AccessRules();
    private final FaultRegistry<KmsFault, KmsCall> faults = new FaultRegistry<>(KmsFault::scope);
    private final KeyOperations keyOperations;
    private final CryptographicOperations cryptographicOperations;
    private final CallCounts calls = new CallCounts(KmsOperations.NAMES);
    private final AtomicLong requests = new AtomicLong();
    private volatile Consumer<? super KmsCall> listener = call -> {};

    private InMemoryKms(Builder builder) {
        this.accountId = builder.accountId;
        this.region = builder.region;
        Random random = builder.seed == null ? new SecureRandom() : new Random(builder.seed);
        this.keys = new KeyStore(accountId, builder.clock, random);
        this.keyOperations = new KeyOperations(keys, access);
        this.cryptographicOperations = new CryptographicOperations(keys, access, random);
    }

    /** A KMS with the defaults of {@link #builder()}. */
    public static InMemoryKms create() {
        return builder().build();
    }

    /** A builder with the region us-east-1, the account 123456789012, the system's UTC clock and no seed. */
    public static Builder builder() {
        return new Builder();
    }

    /** A client of {@link #DEFAULT_PRINCIPAL} in this KMS's region. Closing it closes nothing else. */
    public KmsClient client() {
        return client(DEFAULT_PRINCIPAL);
    }

    /** A client of a principal in this KMS's region. A principal is a name for {@link #deny} and {@link #allow} and needs no creation. */
    public KmsClient client(String principal) {
        return client(principal, region);
    }

    /** A client of a principal in any region: it sees the keys, replicas and aliases of that region only. */
    public KmsClient client(String principal, Region region) {
        requireNonNull(principal, "principal");
        return new InMemoryKmsClient(
                this,
                principal,
                KmsServiceClientConfiguration.builder()
                        .region(requireNonNull(region, "region"))
                        .build());
    }

    /** The region of {@link #client()} and of the keys made here. */
    public Region region() {
        return region;
    }

    /** The account of every key, twelve digits. */
    public String accountId() {
        return accountId;
    }

    /** Makes a symmetric encryption key and returns its ARN. */
    public String createKey() {
        return keys.create(region.id(), KeySpec.SYMMETRIC_DEFAULT, false, "").arn();
    }

    /** Makes a multi-Region primary key, a symmetric encryption key whose id begins {@code mrk-}, and returns its ARN. */
    public String createMultiRegionKey() {
        return keys.create(region.id(), KeySpec.SYMMETRIC_DEFAULT, true, "").arn();
    }

    /** Makes an HMAC_256 key, which can GenerateMac and VerifyMac with HMAC_SHA_256 and nothing else, and returns its ARN. */
    public String createMacKey() {
        return keys.create(region.id(), KeySpec.HMAC_256, false, "").arn();
    }

    /**
     * Makes a replica of a multi-Region key, with the same material and key id, and returns its ARN. Its state is its own.
     *
     * @throws IllegalArgumentException if there is no such key, it is not a multi-Region key, or that region has one already
     */
    public String replicateKey(String keyArn, Region region) {
        KmsKey key = require(keyArn);
        if (!key.isMultiRegion()) {
            throw new IllegalArgumentException(keyArn + " is not a multi-Region key");
        }
        return keys.replicate(key, region.id())
                .orElseThrow(() -> new IllegalArgumentException(keyArn + " exists in " + region + " already"))
                .arn();
    }

    /**
     * Lets an alias name a key, in the key's region; one that exists is pointed at this key from now on.
     *
     * @param alias the name, beginning {@code alias/}
     * @throws IllegalArgumentException if there is no such key or the name does not begin so
     */
    public void createAlias(String alias, String keyArn) {
        KmsKey key = require(keyArn);
        if (!alias.startsWith(KeyStore.ALIAS_PREFIX)) {
            throw new IllegalArgumentException("alias is \"" + alias + "\"; it must begin with alias/");
        }
        keys.putAlias(key.region(), alias, keyArn);
    }

    /** Disables a key: its use throws {@code DisabledException}. {@link IllegalArgumentException} if there is no such key. */
    public void disableKey(String keyArn) {
        require(keyArn).setEnabled(false);
    }

    /** Enables a key, whatever its state was. {@link IllegalArgumentException} if there is no such key. */
    public void enableKey(String keyArn) {
        require(keyArn).setEnabled(true);
    }

    /**
     * Puts a key in the state of pending deletion: its use throws {@code KmsInvalidStateException}, and once the clock has passed the waiting
     * period it is gone.
     *
     * @param waitingPeriod not negative; the service takes 7 to 30 days, a test may take less
     * @throws IllegalArgumentException if there is no such key, or the period is negative
     */
    public void scheduleKeyDeletion(String keyArn, Duration waitingPeriod) {
        if (waitingPeriod.isNegative()) {
            throw new IllegalArgumentException("waitingPeriod is " + waitingPeriod + "; it must not be negative");
        }
        require(keyArn).scheduleDeletion(waitingPeriod);
    }

    /**
     * Takes a key out of pending deletion; it is disabled then, as in the service.
     *
     * @throws IllegalArgumentException if there is no such key
     * @throws IllegalStateException if it is not pending deletion
     */
    public void cancelKeyDeletion(String keyArn) {
        KmsKey key = require(keyArn);
        if (key.state() != KeyState.PENDING_DELETION) {
            throw new IllegalStateException(keyArn + " is not pending deletion");
        }
        key.setEnabled(false);
    }

    /**
     * Deletes a key and its material at once, which the service never does: naming it throws {@code NotFoundException}. A multi-Region key's
     * replicas stay. {@link IllegalArgumentException} if there is no such key.
     */
    public void deleteImmediately(String keyArn) {
        keys.remove(require(keyArn));
    }

    /**
     * Denies operations to a principal; they throw {@code KmsException} with the code {@code AccessDeniedException}. The newest rule that matches
     * a call decides, and where none does everything is allowed. ReEncrypt needs the permission for both its keys.
     *
     * @param principal the name given to {@link #client(String)}, or {@code *}
     * @param keyArn a key's ARN, or {@code *}
     * @param operations names such as {@code Decrypt}, or prefixes such as {@code GenerateDataKey*}; none means all
     * @throws IllegalArgumentException if there is no such key, or an operation that {@link InMemoryKms} does not have
     */
    public void deny(String principal, String keyArn, String... operations) {
        addRule(principal, keyArn, false, operations);
    }

    /** Allows operations to a principal again, over older rules; the parameters are those of {@link #deny}. */
    public void allow(String principal, String keyArn, String... operations) {
        addRule(principal, keyArn, true, operations);
    }

    /** Forgets every access rule: everybody may do everything. */
    public void clearAccessRules() {
        access.clear();
    }

    /**
     * How many calls of an operation all clients have made so far, whether they succeeded, failed or met a fault.
     *
     * @param operation an operation's API name, such as {@code Decrypt}
     * @return the count since the start or the last {@link #resetCalls()}
     * @throws IllegalArgumentException if this service has no operation of that name
     */
    public long callCount(String operation) {
        return calls.count(operation);
    }

    /**
     * How many calls of each operation all clients have made so far, as {@link #callCount} counts them.
     *
     * @return an unmodifiable copy, by the operations' API names; operations that were not called are absent
     */
    public Map<String, Long> calls() {
        return calls.counts();
    }

    /** Sets every call count to zero. */
    public void resetCalls() {
        calls.reset();
    }

    /**
     * Runs {@code listener} at the start of every call, on the calling thread and before any fault: to move a test's clock on by the latency of
     * a call, to hold calls at a latch, or to note them. It replaces the one before; what it throws reaches the caller.
     *
     * @param listener gets each call; {@code call -> {}} takes an earlier one away
     */
    public void onEachCall(Consumer<? super KmsCall> listener) {
        this.listener = requireNonNull(listener, "listener");
    }

    /**
     * The faults this service is under, on all its clients.
     *
     * @return the one registry of this service
     */
    public Faults<KmsFault> faults() {
        return faults;
    }

    @Override
    public String toString() {
        return "InMemoryKms[" + region + ", " + keys.size() + " keys]";
    }

    KeyOperations keyOperations() {
        return keyOperations;
    }

    CryptographicOperations cryptographicOperations() {
        return cryptographicOperations;
    }

    Caller caller(String principal, String callerRegion) {
        // Counted rather than drawn: random data is for keys, and a count is as unique.
        String requestId = new UUID(0x4000, Long.MIN_VALUE | requests.incrementAndGet()).toString();
        return new Caller(accountId, principal, callerRegion, requestId);
    }

    /** Counts a call, tells the listener, and returns the fault that the call meets, if any. */
    @Nullable
    KmsFault begin(KmsCall call) {
        calls.add(call.operation());
        listener.accept(call);
        return faults.takeFirst(call.operation(), call, everyFault -> true);
    }

    private void addRule(String principal, String keyArn, boolean allows, String... operations) {
        requireNonNull(principal, "principal");
        if (!keyArn.equals(AccessRules.ANY)) {
            require(keyArn);
        }
        access.add(principal, keyArn, allows, operations);
    }

    private KmsKey require(String keyArn) {
        return keys.byArn(requireNonNull(keyArn, "keyArn"))
                .orElseThrow(() -> new IllegalArgumentException("This KMS has no key with the ARN \"" + keyArn + "\""));
    }

    /** Options of an {@link InMemoryKms}. Not thread-safe. */
    public static final class Builder {
        private Region region = Region.US_EAST_1;
        private String accountId = AccountIds.DEFAULT;
        private Clock clock = Clock.systemUTC();
        private @Nullable Long seed;

        private Builder() {}

        /**
         * The region of the default clients and of new keys. The partition in an ARN is always {@code aws}.
         *
         * @param region us-east-1 by default
         * @return this builder
         */
        public Builder region(Region region) {
            this.region = requireNonNull(region, "region");
            return this;
        }

        /**
         * The account of every key.
         *
         * @param accountId twelve digits; 123456789012 by default
         * @return this builder
         */
        public Builder accountId(String accountId) {
            this.accountId = requireNonNull(accountId, "accountId");
            return this;
        }

        /**
         * The service's time: creation dates, and the waiting period of a scheduled deletion, which a test passes with a {@link MutableClock}.
         *
         * @param clock the system's UTC clock by default
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * The seed of everything random: key ids, key material, data keys and IVs. A single-threaded test sees the same in each run. A seed is
         * insecure: whoever knows it knows the keys, and what they encrypt.
         *
         * @param seed any number; by default there is none, and everything is drawn from a fresh {@link SecureRandom}
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Makes the service.
         *
         * @return a service without keys
         * @throws IllegalArgumentException if the account id is not twelve digits
         */
        public InMemoryKms build() {
            AccountIds.require(accountId);
            return new InMemoryKms(this);
        }
    }
}
