// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import software.amazon.cryptography.materialproviders.IKeyring;

/**
 * Which wrapping keys protect the data keys of records: made by {@link Keyrings}, handed to a {@code KinesisEncryption}. Holds no connection
 * until it is opened. Immutable and thread-safe.
 */
public final class Keyring {
    private final String description;
    private final Traits traits;
    private final BiPredicate<String, ByteBuffer> recognises;
    private final Supplier<OpenKeyring> opener;

    Keyring(
            String description,
            Traits traits,
            BiPredicate<String, ByteBuffer> recognises,
            Supplier<OpenKeyring> opener) {
        this.description = description;
        this.traits = traits;
        this.recognises = recognises;
        this.opener = opener;
    }

    /**
     * Opens the keyring: {@code KinesisEncryption} does this, applications need not. Makes no network call.
     *
     * @return the open keyring, for the caller to close
     * @throws IllegalArgumentException if the application's clients lack a region, or are of another
     */
    public OpenKeyring open() {
        return opener.get();
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
     * Whether new records can be encrypted with this keyring.
     *
     * @return false for a keyring that only decrypts, which a discovery keyring does
     */
    public boolean canEncrypt() {
        return traits.canEncrypt();
    }

    /**
     * Whether the wrapping keys let one party read without being able to write, so that a signature proves that a writer made a record. With
     * symmetric AWS KMS keys they do, as long as readers lack {@code kms:GenerateDataKey*}, {@code kms:Encrypt} and {@code kms:ReEncrypt*}.
     * With raw and hierarchical keys whoever can read holds what it takes to write, and signs with a key of his own choice.
     *
     * @return true only if it is certain: false for any keyring that this library did not make
     */
    public boolean separatesWritersFromReaders() {
        return traits.separatesWritersFromReaders();
    }

    Traits traits() {
        return traits;
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
     * What is known of a keyring before it is opened.
     *
     * @param wrappingKeys names of those that each new data key is encrypted under, to find one that is given twice; empty if none is
     */
    record Traits(Set<String> wrappingKeys, boolean canEncrypt, boolean separatesWritersFromReaders) {
        Traits {
            wrappingKeys = Set.copyOf(wrappingKeys);
        }

        static Traits ofWriter(Set<String> wrappingKeys, boolean separatesWritersFromReaders) {
            return new Traits(wrappingKeys, true, separatesWritersFromReaders);
        }

        static Traits ofReader(boolean separatesWritersFromReaders) {
            return new Traits(Set.of(), false, separatesWritersFromReaders);
        }
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
