// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AesWrappingAlg;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawAesKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/**
 * Makes keyrings. A mistake in their configuration is an {@link IllegalArgumentException} here, before any network call. Thread-safe.
 */
public final class Keyrings {
    /** The provider id of every encrypted data key that AWS KMS made. */
    private static final String AWS_KMS_PROVIDER = "aws-kms";

    private static final Pattern KMS_KEY_ARN =
            Pattern.compile("arn:aws(?:-[a-z]+)*:kms:([a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+");
    private static final Pattern KMS_ALIAS_ARN = Pattern.compile("(?:arn:[^ ]*:)?alias/.*");

    /** A call that hangs must fail while its caller can still try again; three attempts fit. */
    private static final Duration KMS_CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration KMS_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

    private static final int AES_256_KEY_BYTES = 32;
    private static final int MAX_NAME_BYTES = 512;

    private Keyrings() {}

    /**
     * A keyring of one symmetric AWS KMS key, with a client of its own: the region is the key's, the credentials are the SDK's default chain, a
     * call takes at most 10 seconds and an attempt at most 3. A producer needs {@code kms:GenerateDataKey} on the key and a consumer
     * {@code kms:Decrypt}.
     *
     * @param keyArn the ARN of the key; an alias would encrypt but not decrypt, so it is refused
     * @return the keyring
     * @throws IllegalArgumentException if it is not the ARN of a key
     */
    public static Keyring awsKms(String keyArn) {
        String region = regionOf(keyArn);
        return awsKms(keyArn, () -> openWithOwnClient(keyArn, region));
    }

    /**
     * A keyring of one symmetric AWS KMS key, over a client of the caller's.
     *
     * @param keyArn the ARN of the key; an alias would encrypt but not decrypt, so it is refused
     * @param client the client that is used, for the key's region; it stays the caller's to close. Give it timeouts: the SDK's default is none.
     * @return the keyring
     * @throws IllegalArgumentException if {@code keyArn} is not the ARN of a key
     */
    public static Keyring awsKms(String keyArn, KmsClient client) {
        regionOf(keyArn);
        Objects.requireNonNull(client, "client");
        return awsKms(keyArn, () -> new OpenKeyring(kmsKeyring(keyArn, client), () -> {}));
    }

    /**
     * A keyring of one AES-256 key that the caller holds: for tests, and where a key comes from elsewhere than AWS KMS. Whoever holds the key
     * can read and forge every record, and nothing logs its use.
     *
     * @param namespace the provider of the key, written into every record; not {@code aws-kms}
     * @param name the name of the key in its namespace, written into every record
     * @param key 32 bytes, copied; clear the array after this call
     * @return the keyring
     * @throws IllegalArgumentException if the key is not 32 bytes, or a name is empty, longer than 512 bytes or reserved
     */
    public static Keyring rawAes(String namespace, String name, byte[] key) {
        checkName("namespace", namespace);
        checkName("name", name);
        if (namespace.startsWith(AWS_KMS_PROVIDER)) {
            throw new IllegalArgumentException(
                    "The key namespace '%s' is reserved for AWS KMS; choose another one".formatted(namespace));
        }
        if (key.length != AES_256_KEY_BYTES) {
            throw new IllegalArgumentException("The raw AES key '%s' has %d bytes; AES-256 takes %d"
                    .formatted(name, key.length, AES_256_KEY_BYTES));
        }
        byte[] copy = key.clone();
        IKeyring keyring;
        try {
            keyring = materialProviders()
                    .CreateRawAesKeyring(CreateRawAesKeyringInput.builder()
                            .keyNamespace(namespace)
                            .keyName(name)
                            .wrappingKey(ByteBuffer.wrap(copy))
                            .wrappingAlg(AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16)
                            .build());
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
        ByteBuffer expected = utf8(name);
        return new Keyring(
                "raw AES " + namespace + "/" + name,
                (provider, info) -> namespace.equals(provider) && startsWith(info, expected),
                () -> new OpenKeyring(keyring, () -> {}));
    }

    /**
     * Any keyring of the material providers library. Which wrapping keys it knows cannot be seen from outside, so every record's encrypted data
     * keys are handed to it.
     *
     * @param keyring the keyring; what it holds stays the caller's to close
     * @return the keyring
     */
    public static Keyring of(IKeyring keyring) {
        Objects.requireNonNull(keyring, "keyring");
        return new Keyring(
                "material providers keyring " + keyring.getClass().getSimpleName(),
                (provider, info) -> true,
                () -> new OpenKeyring(keyring, () -> {}));
    }

    private static OpenKeyring openWithOwnClient(String keyArn, String region) {
        KmsClient client = KmsClient.builder()
                .region(Region.of(region))
                .overrideConfiguration(
                        c -> c.apiCallTimeout(KMS_CALL_TIMEOUT).apiCallAttemptTimeout(KMS_ATTEMPT_TIMEOUT))
                .build();
        return new OpenKeyring(kmsKeyring(keyArn, client), client::close);
    }

    private static IKeyring kmsKeyring(String keyArn, KmsClient client) {
        return materialProviders()
                .CreateAwsKmsKeyring(CreateAwsKmsKeyringInput.builder()
                        .kmsKeyId(keyArn)
                        .kmsClient(client)
                        .build());
    }

    private static MaterialProviders materialProviders() {
        return MaterialProviders.builder()
                .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
                .build();
    }

    private static Keyring awsKms(String keyArn, Supplier<OpenKeyring> opener) {
        ByteBuffer expected = utf8(keyArn);
        return new Keyring(
                "AWS KMS " + keyArn,
                (provider, info) -> AWS_KMS_PROVIDER.equals(provider) && expected.equals(info),
                opener);
    }

    private static String regionOf(String keyArn) {
        Matcher arn = KMS_KEY_ARN.matcher(Objects.requireNonNull(keyArn, "keyArn"));
        if (arn.matches()) {
            return arn.group(1);
        }
        if (KMS_ALIAS_ARN.matcher(keyArn).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is an alias. A record names the key that an alias stood for when it was written, and a keyring of the alias would not recognise it: give the key's ARN (aws kms describe-key shows it)"
                            .formatted(keyArn));
        }
        throw new IllegalArgumentException(
                "'%s' is not the ARN of an AWS KMS key; one looks like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                        .formatted(keyArn));
    }

    private static void checkName(String what, String value) {
        int sizeBytes = Objects.requireNonNull(value, what).getBytes(StandardCharsets.UTF_8).length;
        if (sizeBytes == 0 || sizeBytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("The key %s '%s' has %d bytes; it must have 1 to %d"
                    .formatted(what, value, sizeBytes, MAX_NAME_BYTES));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new IllegalArgumentException(
                    "The key %s holds half of a surrogate pair, which UTF-8 cannot express".formatted(what));
        }
    }

    private static boolean startsWith(ByteBuffer bytes, ByteBuffer prefix) {
        return bytes.remaining() >= prefix.remaining()
                && bytes.slice(bytes.position(), prefix.remaining()).equals(prefix);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
    }
}
