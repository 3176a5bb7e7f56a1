// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.materials.KeyServiceCalls;
import io.kinesisencryption.internal.materials.KmsKeyArn;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/** The AWS KMS clients of one opening of a keyring, one for each region that is asked for. Thread-safe. */
final class RegionalKmsClients implements AutoCloseable {
    /** A call that hangs must fail while its caller can still try again; three attempts fit. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

    /** Requests that the SDK repeats count as calls: it repeats on the thread that called, where only the first of a call was asked for. */
    private static final ExecutionInterceptor RETRIES_COUNT = new ExecutionInterceptor() {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            KeyServiceCalls.attempted();
        }
    };

    private final Function<Region, KmsClient> clientOfRegion;
    private final Consumer<KmsClient> closer;
    private final Map<Region, KmsClient> clients = new HashMap<>();
    private boolean closed;

    private RegionalKmsClients(Function<Region, KmsClient> clientOfRegion, Consumer<KmsClient> closer) {
        this.clientOfRegion = clientOfRegion;
        this.closer = closer;
    }

    /** Clients that are made when they are first asked for, and closed with this. */
    static Supplier<RegionalKmsClients> own() {
        return () -> new RegionalKmsClients(RegionalKmsClients::make, KmsClient::close);
    }

    /** Clients that the application gives and closes. */
    static Supplier<RegionalKmsClients> of(Function<Region, KmsClient> clients) {
        Objects.requireNonNull(clients, "clients");
        return () -> new RegionalKmsClients(clients, client -> {});
    }

    /**
     * One client of the application's.
     *
     * @throws IllegalArgumentException if it is for another region than the key
     */
    static Supplier<RegionalKmsClients> of(KmsClient client, KmsKeyArn key) {
        checkRegion(Objects.requireNonNull(client, "client"), key.region());
        return of(region -> client);
    }

    /** The timeouts of every client that is made for a keyring, of whatever service. */
    static void setTimeouts(ClientOverrideConfiguration.Builder configuration) {
        configuration.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
    }

    private static KmsClient make(Region region) {
        return KmsClient.builder()
                .region(region)
                .overrideConfiguration(RegionalKmsClients::configure)
                .build();
    }

    /** The settings of every AWS KMS client that is made here. */
    static void configure(ClientOverrideConfiguration.Builder configuration) {
        setTimeouts(configuration);
        configuration.addExecutionInterceptor(RETRIES_COUNT);
    }

    /**
     * The client of a region, whose calls keep to the limits of the load that makes them.
     *
     * @throws IllegalArgumentException if the application gave none, or one of another region
     */
    synchronized KmsClient in(Region region) {
        if (closed) {
            throw new IllegalStateException("The keyring is closed");
        }
        KmsClient known = clients.get(region);
        if (known != null) {
            return known;
        }
        KmsClient made = clientOfRegion.apply(region);
        if (made == null) {
            throw new IllegalArgumentException(
                    "No AWS KMS client was given for the region %s, where a key of the keyring is".formatted(region));
        }
        checkRegion(made, region);
        KmsClient limited = new LimitedKmsClient(made);
        clients.put(region, limited);
        return limited;
    }

    static void checkRegion(KmsClient client, Region region) {
        Region actual;
        try {
            actual = client.serviceClientConfiguration().region();
        } catch (UnsupportedOperationException e) {
            // A client that is not the SDK's need not tell; then KMS does.
            return;
        }
        if (actual != null && !actual.equals(region)) {
            throw new IllegalArgumentException(
                    "The AWS KMS client is for the region %s, and the key is in %s: give a client of that region"
                            .formatted(actual, region));
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        clients.values().forEach(closer);
        clients.clear();
    }
}
