// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import io.kinesisencryption.Samples;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.util.List;
import java.util.Map;

/** A cipher with its loads, which are not slowed down, and what tests do with one. */
final class Ciphers implements AutoCloseable {
    static final AlgorithmSuite UNSIGNED = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
    static final AlgorithmSuite SIGNED = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
    static final Map<String, String> ORDERS = Map.of("kinesis:stream-name", "orders", "tenant", "acme");
    static final String SHARD = "shard-0";

    final EncryptionSdkCipher cipher;
    private final KeyLoads loads;
    private final Keyring.OpenKeyring keyring;

    Ciphers(Keyring keyring) {
        this(keyring, options());
    }

    Ciphers(Keyring keyring, KeyCacheOptions.Builder builder) {
        KeyCacheOptions options = builder.build();
        this.keyring = keyring.open();
        this.loads = new KeyLoads(options);
        this.cipher = new EncryptionSdkCipher(
                this.keyring.materialProvidersKeyring(),
                keyring::recognises,
                keyring.toString(),
                options,
                loads,
                KeyCacheEvents.NONE);
    }

    static KeyCacheOptions.Builder options() {
        return KeyCacheOptions.builder().loadsPerSecond(10_000);
    }

    byte[] seal() {
        return seal(UNSIGNED);
    }

    byte[] seal(AlgorithmSuite suite) {
        return seal(suite, ORDERS, Samples.PLAINTEXT);
    }

    byte[] seal(AlgorithmSuite suite, Map<String, String> context, byte[] payload) {
        return cipher.encrypt(new WriterKey(suite, context), payload);
    }

    byte[] open(byte[] message) {
        return cipher.decrypt(SHARD, message, EncryptionSdkMessage.parse(message));
    }

    /** The error that a message is answered with; it never shows a byte of the payload. */
    ErrorCode codeOf(byte[] message) {
        return codeOf(() -> open(message));
    }

    static ErrorCode codeOf(Runnable call) {
        try {
            call.run();
        } catch (KinesisEncryptionException e) {
            if (String.valueOf(e.getMessage()).contains("Lovelace")) {
                throw new AssertionError("The message shows the payload", e);
            }
            return e.code();
        }
        throw new AssertionError("No failure");
    }

    static List<EncryptedDataKeyEntry> keysOf(byte[] message) {
        return EncryptionSdkMessage.parse(message).encryptedDataKeys();
    }

    /** As another application would write it. */
    static byte[] foreign(Keyring keyring, AlgorithmSuite suite, int frameSizeBytes, byte[] payload) {
        return Samples.foreignMessage(
                keyring,
                suite.signed()
                        ? CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
                        : CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
                CommitmentPolicy.RequireEncryptRequireDecrypt,
                frameSizeBytes,
                ORDERS,
                payload);
    }

    @Override
    public void close() {
        cipher.close();
        loads.close();
        keyring.close();
    }
}
