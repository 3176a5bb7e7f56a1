// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.examples.failure.CommandException;
import io.kinesisencryption.examples.line.Inputs;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say which wrapping key protects the data keys: either a key of AWS KMS or a raw AES key. */
final class KeyringOptions {
    private static final int AES_256_KEY_BYTES = 32;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private WrappingKey wrappingKey;

    /** One of the two. */
    static final class WrappingKey {
        @Option(
                names = "--kms-key",
                required = true,
                paramLabel = "ARN",
                description = "The ARN of an AWS KMS key (not an alias). Another endpoint: AWS_ENDPOINT_URL_KMS.")
        private @Nullable String kmsKey;

        @ArgGroup(exclusive = false)
        private @Nullable RawAesKey rawAesKey;
    }

    /** All three, or none. */
    static final class RawAesKey {
        @Option(
                names = "--raw-aes-key",
                required = true,
                paramLabel = "FILE",
                description = "A file of exactly 32 bytes, an AES-256 key.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Option(
                names = "--key-namespace",
                required = true,
                paramLabel = "NS",
                description = "The raw key's namespace, written into each record.")
        @SuppressWarnings("NullAway.Init")
        private String namespace;

        @Option(
                names = "--key-name",
                required = true,
                paramLabel = "NAME",
                description = "The raw key's name, written into each record.")
        @SuppressWarnings("NullAway.Init")
        private String name;
    }

    /** The keyring. {@link ParameterException} if its options cannot be, {@link CommandException} if the file is not a key. */
    Keyring keyring() {
        try {
            if (wrappingKey.rawAesKey != null) {
                return rawAes(wrappingKey.rawAesKey);
            }
            return Keyrings.awsKms(String.valueOf(wrappingKey.kmsKey));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Keyring rawAes(RawAesKey options) {
        byte[] key = read(options.file);
        try {
            return Keyrings.rawAes(options.namespace, options.name, key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] read(Path file) {
        byte[] key = new byte[AES_256_KEY_BYTES + 1];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.readNBytes(key, 0, key.length);
            if (length != AES_256_KEY_BYTES) {
                throw new CommandException("the key file '%s' has %s bytes; it must hold exactly %d, the key itself"
                        .formatted(file, length < key.length ? length : Files.size(file), AES_256_KEY_BYTES));
            }
            return Arrays.copyOf(key, AES_256_KEY_BYTES);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
