// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.keyring.Keyring.Traits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Keyrings made of keyrings. */
final class CombinedKeyrings {
    private CombinedKeyrings() {}

    /** Every one encrypts each data key. */
    static Keyring multi(List<Keyring> keyrings) {
        Set<String> wrappingKeys = new LinkedHashSet<>();
        for (Keyring keyring : keyrings) {
            if (!keyring.canEncrypt()) {
                throw new IllegalArgumentException(
                        "The keyring %s only decrypts, so records cannot be encrypted under it: use Keyrings.writeWithOneReadWithAny"
                                .formatted(keyring));
            }
            for (String wrappingKey : keyring.traits().wrappingKeys()) {
                if (!wrappingKeys.add(wrappingKey)) {
                    throw twice(wrappingKey);
                }
            }
        }
        checkCount(wrappingKeys.size());
        return new Keyring(
                "all of " + keyrings,
                Traits.ofWriter(wrappingKeys, allSeparate(keyrings)),
                (provider, info) -> keyrings.stream().anyMatch(keyring -> keyring.recognises(provider, info)),
                () -> open(keyrings, keyrings.size()));
    }

    /** The first encrypts; all decrypt. */
    static Keyring writeWithOneReadWithAny(Keyring writing, List<Keyring> alsoReading) {
        if (!writing.canEncrypt()) {
            throw new IllegalArgumentException(
                    "The keyring %s only decrypts: give the keyring that new records are encrypted under first"
                            .formatted(writing));
        }
        if (alsoReading.isEmpty()) {
            throw new IllegalArgumentException(
                    "No keyring is given besides %s: give those that older records are read with, or use that one alone"
                            .formatted(writing));
        }
        List<Keyring> all = new ArrayList<>(List.of(writing));
        all.addAll(alsoReading);
        Set<String> wrappingKeys = new LinkedHashSet<>();
        for (Keyring keyring : all) {
            for (String wrappingKey : keyring.traits().wrappingKeys()) {
                if (!wrappingKeys.add(wrappingKey)) {
                    throw twice(wrappingKey);
                }
            }
        }
        return new Keyring(
                "writing with %s, reading also with %s".formatted(writing, alsoReading),
                new Traits(writing.traits().wrappingKeys(), true, allSeparate(all)),
                (provider, info) -> all.stream().anyMatch(keyring -> keyring.recognises(provider, info)),
                () -> open(all, 1));
    }

    /** At most as many as a reader accepts. */
    static void checkCount(int wrappingKeys) {
        if (wrappingKeys > EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS) {
            throw new IllegalArgumentException(
                    "%d wrapping keys are given to encrypt each data key under; a record holds at most %d encrypted data keys"
                            .formatted(wrappingKeys, EncryptionSdkMessage.MAX_ENCRYPTED_DATA_KEYS));
        }
    }

    private static IllegalArgumentException twice(String wrappingKey) {
        return new IllegalArgumentException(
                "The wrapping key '%s' is given twice; give each key once".formatted(wrappingKey));
    }

    private static boolean allSeparate(List<Keyring> keyrings) {
        return keyrings.stream().allMatch(Keyring::separatesWritersFromReaders);
    }

    /** Opens them all; the first ones write. */
    private static OpenKeyring open(List<Keyring> keyrings, int writers) {
        List<OpenKeyring> opened = new ArrayList<>();
        Runnable closer = () -> opened.forEach(OpenKeyring::close);
        try {
            List<Part> parts = new ArrayList<>();
            for (Keyring keyring : keyrings) {
                OpenKeyring open = keyring.open();
                opened.add(open);
                parts.add(
                        new Part(open.materialProvidersKeyring(), keyring::recognises, parts.size() < writers, false));
            }
            return new OpenKeyring(new CompositeKeyring(parts), closer);
        } catch (RuntimeException e) {
            closer.run();
            throw e;
        }
    }
}
