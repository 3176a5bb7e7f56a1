// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.encryptionsdk.LimitedKeyring;
import io.kinesisencryption.internal.materials.KmsKeyArn;
import io.kinesisencryption.internal.text.Utf8;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.keyring.Keyring.Traits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.AesWrappingAlg;
import software.amazon.cryptography.materialproviders.model.CreateRawAesKeyringInput;

/**
 * Makes keyrings. A mistake in their configuration is an {@link IllegalArgumentException} here, before any network call. Thread-safe.
 *
 * <p>Where a factory takes no client, the keyring makes clients of its own and closes them: the region is the key's, the credentials are the SDK's
 * default chain, a call takes at most 10 seconds and an attempt at most 3. Clients that are handed in stay the caller's to close; give them
 * timeouts, because the SDK's default is none. What they repeat by themselves is not limited by {@code KeyCacheOptions.loadsPerSecond}: the calls
 * are.
 */
public final class Keyrings {
    private static final int AES_256_KEY_BYTES = 32;
    private static final int MAX_NAME_BYTES = 512;
    private static final int RAW_AES_INFO_BYTES = 4 + 4 + 12;

    private Keyrings() {}

    /**
     * A keyring of one symmetric AWS KMS key, with a client of its own. A producer needs {@code kms:GenerateDataKey} on the key and a consumer
     * {@code kms:Decrypt}.
     *
     * @param keyArn the ARN of the key; an alias would encrypt but not decrypt, so it is refused
     * @return the keyring
     * @throws IllegalArgumentException if it is not the ARN of a key
     */
    public static Keyring awsKms(String keyArn) {
        return AwsKmsKeyrings.exact(List.of(KmsKeyArn.parse(keyArn)), RegionalKmsClients.own());
    }

    /**
     * A keyring of one symmetric AWS KMS key, over a client of the caller's.
     *
     * @param keyArn the ARN of the key; an alias would encrypt but not decrypt, so it is refused
     * @param client the client that is used, for the key's region
     * @return the keyring
     * @throws IllegalArgumentException if {@code keyArn} is not the ARN of a key, or the client is of another region
     */
    public static Keyring awsKms(String keyArn, KmsClient client) {
        KmsKeyArn key = KmsKeyArn.parse(keyArn);
        return AwsKmsKeyrings.exact(List.of(key), RegionalKmsClients.of(client, key));
    }

    /**
     * A keyring of several symmetric AWS KMS keys, with clients of its own: each record can be opened with any one of them. A producer needs
     * {@code kms:GenerateDataKey} on the first key and {@code kms:Encrypt} on the others, and cannot write while one of them does not answer; a
     * consumer needs {@code kms:Decrypt} on one of them.
     *
     * @param keyArns the ARNs of 1 to 8 keys, in any regions, copied. The first makes the data keys. A consumer asks them in this order, so it
     *     does well to name the one of its own region first, and may leave out those that it may not use.
     * @return the keyring
     * @throws IllegalArgumentException if there are none or more than 8, one is not the ARN of a key, or two are of one key
     */
    public static Keyring awsKms(List<String> keyArns) {
        return AwsKmsKeyrings.exact(checked(keyArns), RegionalKmsClients.own());
    }

    /**
     * A keyring of several symmetric AWS KMS keys, as {@link #awsKms(List)}, over clients of the caller's.
     *
     * @param keyArns as there
     * @param clients gives the client of a region; asked once for each region of the keys whenever the keyring is opened
     * @return the keyring; opening it throws {@link IllegalArgumentException} if a region has no client
     * @throws IllegalArgumentException as there
     */
    public static Keyring awsKms(List<String> keyArns, Function<Region, KmsClient> clients) {
        return AwsKmsKeyrings.exact(checked(keyArns), RegionalKmsClients.of(clients));
    }

    /**
     * A keyring of one multi-Region AWS KMS key, with a client of its own in the region of the ARN: it opens what was written under the key in any
     * region, by the replica that it names. A producer needs {@code kms:GenerateDataKey} and a consumer {@code kms:Decrypt}, each on the replica
     * that it names.
     *
     * @param keyArn the ARN of the key, whose id begins {@code mrk-}, in the region where this program runs
     * @return the keyring
     * @throws IllegalArgumentException if it is not the ARN of a multi-Region key
     */
    public static Keyring awsKmsMultiRegion(String keyArn) {
        return AwsKmsKeyrings.multiRegion(List.of(KmsKeyArn.parse(keyArn)), RegionalKmsClients.own());
    }

    /**
     * A keyring of one multi-Region AWS KMS key, as {@link #awsKmsMultiRegion(String)}, over a client of the caller's.
     *
     * @param keyArn as there
     * @param client the client that is used, for the region of the ARN
     * @return the keyring
     * @throws IllegalArgumentException as there, or if the client is of another region
     */
    public static Keyring awsKmsMultiRegion(String keyArn, KmsClient client) {
        KmsKeyArn key = KmsKeyArn.parse(keyArn);
        return AwsKmsKeyrings.multiRegion(List.of(key), RegionalKmsClients.of(client, key));
    }

    /**
     * A keyring of several different multi-Region AWS KMS keys: each record can be opened with a replica of any one of them. Permissions and order
     * are those of {@link #awsKms(List)}.
     *
     * @param keyArns the ARNs of 1 to 8 keys, copied; each key once, and not several of its replicas
     * @param clients gives the client of a region; asked once for each region of the keys whenever the keyring is opened
     * @return the keyring; opening it throws {@link IllegalArgumentException} if a region has no client
     * @throws IllegalArgumentException if there are none or more than 8, one is not the ARN of a multi-Region key, or two are of one key
     */
    public static Keyring awsKmsMultiRegion(List<String> keyArns, Function<Region, KmsClient> clients) {
        return AwsKmsKeyrings.multiRegion(checked(keyArns), RegionalKmsClients.of(clients));
    }

    /**
     * A keyring of several different multi-Region AWS KMS keys, as {@link #awsKmsMultiRegion(List, Function)}, with clients of its own.
     *
     * @param keyArns as there
     * @return the keyring
     * @throws IllegalArgumentException as there
     */
    public static Keyring awsKmsMultiRegion(List<String> keyArns) {
        return AwsKmsKeyrings.multiRegion(checked(keyArns), RegionalKmsClients.own());
    }

    /**
     * Starts to configure a keyring that opens records under any AWS KMS key of certain accounts, and writes none.
     *
     * @return a builder; accounts are all that it needs
     */
    public static AwsKmsDiscoveryBuilder awsKmsDiscovery() {
        return new AwsKmsDiscoveryBuilder();
    }

    /**
     * Starts to configure a hierarchical keyring: its branch key lies in a DynamoDB table, so that KMS is asked once for many data keys.
     *
     * @return a builder; a branch key, a table and an AWS KMS key are all that it needs
     */
    public static AwsKmsHierarchicalBuilder awsKmsHierarchical() {
        return new AwsKmsHierarchicalBuilder();
    }

    /**
     * A keyring of keyrings: each record is encrypted under all of them and can be opened with any one. For one record that readers with different
     * keys can open. Writing needs all of them to answer.
     *
     * @param generator the keyring that makes the data keys
     * @param others those that encrypt the same data keys
     * @return the keyring
     * @throws IllegalArgumentException if one only decrypts, a wrapping key is given twice, or there are more than 8
     */
    public static Keyring multi(Keyring generator, Keyring... others) {
        List<Keyring> all = new ArrayList<>(List.of(generator));
        all.addAll(List.of(others));
        return CombinedKeyrings.multi(List.copyOf(all));
    }

    /**
     * A keyring of keyrings: new records are encrypted under the first alone, and records under any of them can be opened. For a change of key:
     * first every consumer reads with both keys, then the producers write with the new one, and once the last old record has left the stream the
     * old key is left out.
     *
     * @param writing the keyring of new records
     * @param alsoReading at least one; a discovery keyring is well too
     * @return the keyring
     * @throws IllegalArgumentException if the first only decrypts, there is no other, or a wrapping key is given twice
     */
    public static Keyring writeWithOneReadWithAny(Keyring writing, Keyring... alsoReading) {
        return CombinedKeyrings.writeWithOneReadWithAny(writing, List.of(alsoReading));
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
        if (namespace.startsWith(KmsKeyArn.PROVIDER)) {
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
            keyring = AwsKmsKeyrings.PROVIDERS.CreateRawAesKeyring(CreateRawAesKeyringInput.builder()
                    .keyNamespace(namespace)
                    .keyName(name)
                    .wrappingKey(ByteBuffer.wrap(copy))
                    .wrappingAlg(AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16)
                    .build());
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
        ByteBuffer expected = ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
        return new Keyring(
                "raw AES " + namespace + "/" + name,
                Traits.ofWriter(Set.of(namespace + " " + name), false),
                (provider, info) -> namespace.equals(provider) && isRawAesKey(info, expected),
                () -> new OpenKeyring(keyring, () -> {}));
    }

    /**
     * Any keyring of the material providers library. Which wrapping keys it knows cannot be seen from outside, so every record's encrypted data
     * keys are handed to it. Do not hand in a multi-keyring of the library: when one of its keys fails to encrypt it does not say why, so that
     * throttling looks permanent; combine single ones with {@link #multi} instead. Where all wrapping keys are of AWS KMS, {@link #ofKmsAccounts} limits
     * what is handed to it. Each time that it is asked counts as one call for {@code KeyCacheOptions.loadsPerSecond}, however many it makes.
     *
     * @param keyring the keyring; what it holds stays the caller's to close
     * @return the keyring
     */
    public static Keyring of(IKeyring keyring) {
        Objects.requireNonNull(keyring, "keyring");
        String name = keyring.getClass().getSimpleName();
        return new Keyring(
                "material providers keyring " + name,
                Traits.ofWriter(Set.of(name + "@" + Integer.toHexString(System.identityHashCode(keyring))), false),
                (provider, info) -> true,
                () -> new OpenKeyring(new LimitedKeyring(keyring), () -> {}));
    }

    /**
     * A keyring of the material providers library whose wrapping keys are AWS KMS keys of these accounts: encrypted data keys of other providers and
     * accounts are never handed to it, and a record that has no others is refused before any call. Each time that it is asked counts as one call, as
     * with {@link #of}. The other AWS KMS keyrings of this library need
     * no such limit: they know their keys or, for discovery, their accounts.
     *
     * @param keyring the keyring; what it holds stays the caller's to close
     * @param accountIds of 12 digits each
     * @return the keyring
     * @throws IllegalArgumentException if one is not an account id, or there is none
     */
    public static Keyring ofKmsAccounts(IKeyring keyring, String... accountIds) {
        Keyring any = of(keyring);
        List<String> accounts = AwsKmsDiscoveryBuilder.checkedAccounts(
                "At least one account must be given whose keys are accepted", accountIds);
        BiPredicate<String, ByteBuffer> recognises = (provider, info) -> KmsKeyArn.PROVIDER.equals(provider)
                && KmsKeyArn.find(info)
                        .filter(arn -> accounts.contains(arn.account()))
                        .isPresent();
        return new Keyring(
                "%s of the accounts %s".formatted(any, String.join(", ", accounts)),
                any.traits(),
                recognises,
                () -> new OpenKeyring(
                        new CompositeKeyring(List.of(new Part(new LimitedKeyring(keyring), recognises, true, false))),
                        () -> {}));
    }

    private static List<KmsKeyArn> checked(List<String> keyArns) {
        List<KmsKeyArn> keys = KmsKeyArn.parseAll(keyArns);
        CombinedKeyrings.checkCount(keys.size());
        return keys;
    }

    private static void checkName(String what, String value) {
        int sizeBytes = Objects.requireNonNull(value, what).getBytes(StandardCharsets.UTF_8).length;
        if (sizeBytes == 0 || sizeBytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("The key %s '%s' has %d bytes; it must have 1 to %d"
                    .formatted(what, value, sizeBytes, MAX_NAME_BYTES));
        }
        if (Utf8.encode(value) == null) {
            throw new IllegalArgumentException(
                    "The key %s holds half of a surrogate pair, which UTF-8 cannot express".formatted(what));
        }
    }

    /** A raw AES keyring writes the key's name, the length of the tag, the length of the nonce, and the nonce. */
    private static boolean isRawAesKey(ByteBuffer info, ByteBuffer name) {
        return info.remaining() == name.remaining() + RAW_AES_INFO_BYTES
                && info.slice(info.position(), name.remaining()).equals(name);
    }
}
