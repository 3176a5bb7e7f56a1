// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.cryptography.materialproviders.IKeyring;

/**
 * Which wrapping keys protect the data keys of records: made by {@link Keyrings}, handed to a {@code KinesisEncryption}. Holds no connection
 * until it is opened. Immutable and thread-safe.
 */
public final class Keyring {
    private static final Logger LOG = LoggerFactory.getLogger(Keyring.class);

    private final String description;
    private final BiPredicate<String, ByteBuffer> recognises;
    private final Supplier<OpenKeyring> opener;
    private final AtomicInteger openings = new AtomicInteger();

    Keyring(String description, BiPredicate<String, ByteBuffer> recognises, Supplier<OpenKeyring> opener) {
        this.description = description;
        this.recognises = recognises;
        this.opener = opener;
    }

    /**
     * Opens the keyring: {@code KinesisEncryption} does this, applications need not. Makes no network call. Opening a keyring that is open
     * already logs a warning, because each owner asks the key service for data keys of its own.
     *
     * @return the open keyring, for the caller to close
     */
    public OpenKeyring open() {
        if (openings.incrementAndGet() > 1) {
            LOG.warn(
                    "The keyring {} is in use by more than one KinesisEncryption of this process. Each asks the key service for data keys of"
                            + " its own: share one KinesisEncryption to halve the number of calls.",
                    description);
        }
        OpenKeyring open = opener.get();
        return new OpenKeyring(open.materialProvidersKeyring(), () -> {
            openings.decrementAndGet();
            open.close();
        });
    }

    /**
     * Whether a wrapping key is one of this keyring's. Asked before the key service is, so that a record cannot cause calls for foreign keys.
     *
     * @param providerId the provider of an encrypted data key
     * @param providerInfo what the provider needs to find the wrapping key; not changed and not kept
     * @return false only if this keyring certainly cannot decrypt the data key
     */
    public boolean recognises(String providerId, ByteBuffer providerInfo) {
        return recognises.test(Objects.requireNonNull(providerId, "providerId"), providerInfo.duplicate());
    }

    /**
     * Names the wrapping keys, never the key material.
     *
     * @return for example {@code AWS KMS arn:aws:kms:eu-west-1:111122223333:key/…}
     */
    @Override
    public String toString() {
        return description;
    }

    /**
     * A keyring with its connections, until it is closed. Thread-safe as far as the keyring inside is; those of the material providers library
     * are.
     */
    public static final class OpenKeyring implements AutoCloseable {
        private final IKeyring keyring;
        private final Runnable closer;
        private boolean closed;

        OpenKeyring(IKeyring keyring, Runnable closer) {
            this.keyring = keyring;
            this.closer = closer;
        }

        /**
         * The keyring in the form that the AWS Encryption SDK takes.
         *
         * @return the keyring
         */
        public IKeyring materialProvidersKeyring() {
            return keyring;
        }

        /** Closes the clients that were made for this opening, and none that was handed in. Closing twice does nothing. */
        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                closer.run();
            }
        }
    }
}
