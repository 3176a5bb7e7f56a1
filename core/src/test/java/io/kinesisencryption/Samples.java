// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Keys, records and messages that several tests use. */
public final class Samples {
    public static final StreamIdentity ORDERS = StreamIdentity.of("orders");
    public static final String ORDERS_ARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
    public static final byte[] PLAINTEXT =
            "{\"order\":4711,\"customer\":\"Ada Lovelace\"}".getBytes(StandardCharsets.UTF_8);

    private Samples() {}

    public static Keyring rawAes() {
        return rawAes("test", "key-1", 1);
    }

    public static Keyring rawAes(String namespace, String name, int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return Keyrings.rawAes(namespace, name, key);
    }

    /** Loads keys as fast as a test asks for them, so that one which alters each byte of a record does not wait for the limit of every day. */
    public static KinesisEncryption encryption(Keyring keyring) {
        return KinesisEncryption.builder()
                .keyring(keyring)
                .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
                .build();
    }

    public static UserRecord record() {
        return UserRecord.of("customer-1", PLAINTEXT.clone());
    }

    public static byte[] seal(KinesisEncryption encryption, StreamIdentity stream, byte[] data) {
        return encryption
                .encryptor(stream)
                .encrypt(UserRecord.of("customer-1", data))
                .data();
    }

    public static byte[] open(KinesisEncryption encryption, StreamIdentity stream, byte[] envelope) {
        return encryption
                .decryptor(stream)
                .decrypt(KinesisRecord.of("customer-1", null, envelope))
                .get(0)
                .data();
    }

    /** A record of {@link #PLAINTEXT} by an owner of its own, whose keys nobody else has. */
    public static byte[] seal(Keyring keyring) {
        try (KinesisEncryption encryption = encryption(keyring)) {
            return seal(encryption, ORDERS, PLAINTEXT.clone());
        }
    }

    /** Opens a record by an owner of its own, which has no key yet. */
    public static byte[] open(Keyring keyring, byte[] envelope) {
        try (KinesisEncryption encryption = encryption(keyring)) {
            return open(encryption, ORDERS, envelope);
        }
    }

    /** The code of the error that an action ends in; fails if there is none. */
    public static ErrorCode codeOf(Runnable action) {
        try {
            action.run();
        } catch (KinesisEncryptionException e) {
            return e.code();
        }
        throw new AssertionError("Nothing was refused");
    }

    /** A message by the Encryption SDK alone, as another application would write it. */
    public static byte[] foreignMessage(
            Keyring keyring,
            CryptoAlgorithm suite,
            CommitmentPolicy policy,
            int frameSizeBytes,
            Map<String, String> context,
            byte[] data) {
        try (Keyring.OpenKeyring open = keyring.open()) {
            return AwsCrypto.builder()
                    .withCommitmentPolicy(policy)
                    .withEncryptionAlgorithm(suite)
                    .withEncryptionFrameSize(frameSizeBytes)
                    .build()
                    .encryptData(open.materialProvidersKeyring(), data, context)
                    .getResult();
        }
    }

    public static byte[] committed(Keyring keyring, int frameSizeBytes, Map<String, String> context, byte[] data) {
        return foreignMessage(
                keyring,
                CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
                CommitmentPolicy.RequireEncryptRequireDecrypt,
                frameSizeBytes,
                context,
                data);
    }

    /** Pairs of an encryption context that are as small as they come: keys of three chars and values of one, 8 bytes each. */
    public static Map<String, String> tinyPairs(int count) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < count; i++) {
            pairs.put(Integer.toString(46_656 / 36 + i, 36), "v");
        }
        return pairs;
    }
}
