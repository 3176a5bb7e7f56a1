// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A key service that remembers what it encrypted, and like KMS opens it only for the same encryption context. */
final class FakeKeyService implements DataKeySource {
    static final String PROVIDER = "fake";
    static final byte[] INFO = CompactReference.utf8("key-1");

    private static final class Wrapped {
        final byte[] dataKey;
        final Map<String, String> context;

        Wrapped(byte[] dataKey, Map<String, String> context) {
            this.dataKey = dataKey;
            this.context = context;
        }
    }

    private final Map<ByteBuffer, Wrapped> wrapped = new ConcurrentHashMap<>();
    private final SeededRandom random;
    final AtomicInteger decryptCalls = new AtomicInteger();
    private int copies = 1;

    FakeKeyService(SeededRandom random) {
        this.random = random;
    }

    /** Encrypts each data key so often, as a keyring of several keys does. */
    FakeKeyService copies(int count) {
        copies = count;
        return this;
    }

    @Override
    public synchronized DataKey generate(Map<String, String> context) {
        byte[] dataKey = random.bytes(DataKey.SIZE_BYTES);
        List<EncryptedDataKeyEntry> entries = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            ByteBuffer ciphertext = ByteBuffer.wrap(random.bytes(48));
            wrapped.put(ciphertext, new Wrapped(dataKey.clone(), Map.copyOf(context)));
            entries.add(new EncryptedDataKeyEntry(PROVIDER, ByteBuffer.wrap(INFO), ciphertext));
        }
        return DataKey.takeOver(dataKey, entries);
    }

    /** Whoever may use the wrapping key can have any data key encrypted. */
    CompactReference.Entry wrap(byte[] dataKey, Map<String, String> context) {
        byte[] ciphertext = random.bytes(48);
        wrapped.put(ByteBuffer.wrap(ciphertext), new Wrapped(dataKey.clone(), Map.copyOf(context)));
        return new CompactReference.Entry(PROVIDER, INFO, ciphertext);
    }

    /** Makes an encrypted data key open as another one, as no honest service does. */
    void replace(ByteBuffer ciphertext, byte[] dataKey) {
        wrapped.computeIfPresent(ciphertext, (key, old) -> new Wrapped(dataKey.clone(), old.context));
    }

    byte[] dataKeyOf(EncryptedDataKeyEntry entry) {
        return wrapped.get(entry.ciphertext()).dataKey.clone();
    }

    @Override
    public DataKey decrypt(List<EncryptedDataKeyEntry> encryptedDataKeys, Map<String, String> context) {
        decryptCalls.incrementAndGet();
        for (EncryptedDataKeyEntry entry : encryptedDataKeys) {
            Wrapped found = wrapped.get(entry.ciphertext());
            if (recognises(entry.providerId(), entry.providerInfo())
                    && found != null
                    && found.context.equals(context)) {
                return DataKey.takeOver(found.dataKey.clone(), encryptedDataKeys);
            }
        }
        throw new AuthenticationFailedException("The key service refuses", null);
    }

    static boolean recognises(String provider, ByteBuffer info) {
        return provider.equals(PROVIDER) && info.equals(ByteBuffer.wrap(INFO));
    }
}
