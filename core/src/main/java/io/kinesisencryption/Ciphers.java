// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.internal.caching.KeyLoads;
import io.kinesisencryption.internal.caching.SharedCalls;
import io.kinesisencryption.internal.compact.CompactCipher;
import io.kinesisencryption.internal.crypto.ReusedArrays;
import io.kinesisencryption.internal.encryptionsdk.EncryptionSdkCipher;
import io.kinesisencryption.internal.encryptionsdk.MaterialsSource;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.security.Provider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Both formats over one opened keyring and one set of limits. Thread-safe. */
final class Ciphers implements AutoCloseable {
    private final OpenKeyring keyring;
    private final KeyLoads loads;
    private final SharedCalls sharedCalls;
    private final DataKeySource dataKeys;
    private final EncryptionSdkCipher encryptionSdk;
    private final CompactCipher compact;
    private final ReusedArrays ciphertexts = new ReusedArrays();

    /**
     * Opens a keyring.
     *
     * @param listener who is told; does not throw
     */
    Ciphers(Keyring keyring, @Nullable Provider jcaProvider, KeyCacheOptions options, EncryptionListener listener) {
        this.keyring = keyring.open();
        this.loads = new KeyLoads(options);
        this.sharedCalls = new SharedCalls(loads);
        String name = keyring.toString();
        MaterialsSource materials = new MaterialsSource(this.keyring.materialProvidersKeyring(), name);
        this.dataKeys = materials.dataKeys(EnvelopeFormat.COMPACT);
        this.encryptionSdk = new EncryptionSdkCipher(
                this.keyring.materialProvidersKeyring(),
                keyring::recognises,
                name,
                options,
                loads,
                events(listener, EnvelopeFormat.AWS_ENCRYPTION_SDK));
        try {
            this.compact = new CompactCipher(
                    dataKeys,
                    keyring::recognises,
                    name,
                    jcaProvider,
                    options,
                    loads,
                    events(listener, EnvelopeFormat.COMPACT));
        } catch (IllegalArgumentException e) {
            // A JCA provider that lacks an algorithm; nobody will close what was opened before it was asked.
            encryptionSdk.close();
            loads.close();
            this.keyring.close();
            throw e;
        }
    }

    private static KeyCacheEvents events(EncryptionListener listener, EnvelopeFormat format) {
        return listener == EncryptionListener.NONE ? KeyCacheEvents.NONE : new KeyCacheListener(listener, format);
    }

    EncryptionSdkCipher encryptionSdk() {
        return encryptionSdk;
    }

    CompactCipher compact() {
        return compact;
    }

    /** For ciphertexts that come in somebody's buffer, where ciphers cannot reach them. */
    ReusedArrays ciphertexts() {
        return ciphertexts;
    }

    /** What else the key service is asked for, without a thread of the caller's. */
    SharedCalls sharedCalls() {
        return sharedCalls;
    }

    /**
     * Makes a data key and opens it again.
     *
     * @throws KinesisEncryptionException a key failure
     */
    void verify(Map<String, String> encryptionContext) {
        try (DataKey made = dataKeys.generate(encryptionContext)) {
            dataKeys.decrypt(made.encryptedDataKeys(), encryptionContext).close();
        }
    }

    void rotateNow() {
        encryptionSdk.rotateNow();
        compact.rotateNow();
    }

    void discardAll() {
        encryptionSdk.discardAll();
        compact.discardAll();
    }

    /** The caches first: they hold keys; then what loads them, then what it loads them from. */
    @Override
    public void close() {
        encryptionSdk.close();
        compact.close();
        loads.close();
        keyring.close();
    }
}
