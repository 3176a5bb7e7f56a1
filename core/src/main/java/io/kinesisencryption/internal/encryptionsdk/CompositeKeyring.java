// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AwsCryptographicMaterialProvidersException;
import software.amazon.cryptography.materialproviders.model.CollectionOfErrors;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;
import software.amazon.cryptography.materialproviders.model.ValidEncryptionMaterialsTransitionInput;

/**
 * Several keyrings as one: a new data key comes from the first that writes and is encrypted under every other that does, and any of them opens a
 * record. Unlike the library's own multi-keyring it keeps the exception of the part that failed, which tells throttled from denied; it has parts
 * that only read; and it hands a part only the encrypted data keys that the part recognises. Thread-safe as far as its parts are.
 */
public final class CompositeKeyring implements IKeyring {
    private static final MaterialProviders PROVIDERS = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build();

    private final List<Part> parts;

    /**
     * Makes one.
     *
     * @param parts in the order in which they are asked; at least one
     * @throws IllegalArgumentException if there is none
     */
    public CompositeKeyring(List<Part> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("A composite keyring needs at least one part");
        }
        this.parts = List.copyOf(parts);
    }

    /**
     * One keyring of several.
     *
     * @param keyring what is asked
     * @param recognises by provider and provider info, whether an encrypted data key may be this keyring's
     * @param writes whether new data keys are encrypted under it; all parts read
     * @param oneKey whether it is of one wrapping key, so that it need be asked for one encrypted data key only: a forged record can name the
     *     replicas of a key in eight regions, each of which would cost a call
     */
    public record Part(IKeyring keyring, BiPredicate<String, ByteBuffer> recognises, boolean writes, boolean oneKey) {}

    @Override
    public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
        EncryptionMaterials materials = input.materials();
        boolean written = false;
        for (Part part : parts) {
            if (part.writes()) {
                EncryptionMaterials before = materials;
                materials = part.keyring()
                        .OnEncrypt(OnEncryptInput.builder().materials(before).build())
                        .materials();
                check(before, materials);
                written = true;
            }
        }
        if (!written) {
            throw failure("This keyring only decrypts");
        }
        return OnEncryptOutput.builder().materials(materials).build();
    }

    /** What a part made must go on from what it was given: the same data key and context, and one encrypted data key more. */
    private static void check(EncryptionMaterials before, EncryptionMaterials after) {
        PROVIDERS.ValidEncryptionMaterialsTransition(ValidEncryptionMaterialsTransitionInput.builder()
                .start(before)
                .stop(after)
                .build());
        if (after.plaintextDataKey() == null
                || after.encryptedDataKeys().size()
                        <= before.encryptedDataKeys().size()) {
            throw failure("One of several keyrings encrypted no data key");
        }
    }

    @Override
    public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
        List<RuntimeException> failures = new ArrayList<>();
        for (Part part : parts) {
            List<EncryptedDataKey> recognised = input.encryptedDataKeys().stream()
                    .filter(key -> part.recognises().test(key.keyProviderId(), key.keyProviderInfo()))
                    .limit(part.oneKey() ? 1 : Long.MAX_VALUE)
                    .toList();
            if (!recognised.isEmpty()) {
                try {
                    OnDecryptOutput output = part.keyring()
                            .OnDecrypt(OnDecryptInput.builder()
                                    .materials(input.materials())
                                    .encryptedDataKeys(recognised)
                                    .build());
                    if (output.materials().plaintextDataKey() != null) {
                        return output;
                    }
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }
        }
        if (failures.isEmpty()) {
            throw failure("No encrypted data key is of a wrapping key of this keyring");
        }
        throw CollectionOfErrors.builder()
                .message("None of the keyrings that recognise an encrypted data key could decrypt it")
                .list(failures)
                .build();
    }

    private static AwsCryptographicMaterialProvidersException failure(String message) {
        return AwsCryptographicMaterialProvidersException.builder()
                .message(message)
                .build();
    }
}
