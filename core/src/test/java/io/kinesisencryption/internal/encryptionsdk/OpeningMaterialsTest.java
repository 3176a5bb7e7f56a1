// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.encryptionsdk.CryptoResult;
import io.kinesisencryption.Requirement;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsOutput;

/**
 * A header is read by two parsers, ours before a key is asked for and the Encryption SDK's with the key at hand: what the one checked must be what the
 * other authenticates, whatever a difference between them lets through.
 */
class OpeningMaterialsTest {
    private final SdkInstances instances = new SdkInstances();
    private final MaterialsSource source =
            new MaterialsSource(new CompositeKeyring(List.of(part("key-1"), part("key-2"))), "two raw AES keys");

    private static Part part(String name) {
        return new Part(
                Samples.rawAes("test", name, 1).open().materialProvidersKeyring(),
                (provider, info) -> true,
                true,
                false);
    }

    private SealingMaterials sealing(Map<String, String> context) {
        return new SealingMaterials(
                source.encryptionMaterials(UNSIGNED, context),
                (materials, payload) -> instances.encrypt(UNSIGNED, materials, payload),
                "two raw AES keys");
    }

    private OpeningMaterials opening(byte[] message, OpeningMaterials.Opener opener) {
        DecryptionIdentity identity = DecryptionIdentity.of(EncryptionSdkMessage.parse(message));
        return new OpeningMaterials(
                identity,
                source.decryptionMaterials(
                        identity.suite(), identity.encryptedDataKeys(), identity.encryptionContext()),
                opener,
                "two raw AES keys");
    }

    /** Asks first for the materials of headers that are each another in one thing. */
    private static final class Curious implements ICryptographicMaterialsManager {
        private final ICryptographicMaterialsManager materials;

        Curious(ICryptographicMaterialsManager materials) {
            this.materials = materials;
        }

        @Override
        public DecryptMaterialsOutput DecryptMaterials(DecryptMaterialsInput input) {
            otherHeaders(input)
                    .forEach((difference, other) -> assertThatThrownBy(() -> materials.DecryptMaterials(other))
                            .as(difference)
                            .isInstanceOf(AuthenticationFailedException.class)
                            .hasMessageContaining("differs from the header that was checked"));
            return materials.DecryptMaterials(input);
        }

        @Override
        public GetEncryptionMaterialsOutput GetEncryptionMaterials(GetEncryptionMaterialsInput input) {
            throw new AssertionError("Asked for materials that encrypt");
        }
    }

    private static Map<String, DecryptMaterialsInput> otherHeaders(DecryptMaterialsInput input) {
        Map<String, DecryptMaterialsInput> others = new LinkedHashMap<>();
        others.put(
                "suite",
                input.toBuilder().algorithmSuiteId(MaterialsSource.idOf(SIGNED)).build());
        others.put("a pair less", withContext(input, "tenant", null));
        others.put("a pair more", withContext(input, "stage", "live"));
        others.put("another value", withContext(input, "tenant", "umbrella"));
        List<EncryptedDataKey> keys = input.encryptedDataKeys();
        assertThat(keys).hasSize(2);
        others.put("a key less", withKeys(input, keys.subList(0, 1)));
        others.put("a key more", withKeys(input, List.of(keys.get(0), keys.get(1), keys.get(1))));
        others.put("the keys the other way round", withKeys(input, List.of(keys.get(1), keys.get(0))));
        for (int i = 0; i < 2; i++) {
            EncryptedDataKey key = keys.get(i);
            others.put(
                    "provider of key " + i,
                    withKey(input, i, key.toBuilder().keyProviderId("aws-kms").build()));
            others.put(
                    "info of key " + i,
                    withKey(
                            input,
                            i,
                            key.toBuilder()
                                    .keyProviderInfo(ByteBuffer.allocate(4))
                                    .build()));
            others.put(
                    "ciphertext of key " + i,
                    withKey(
                            input,
                            i,
                            key.toBuilder().ciphertext(ByteBuffer.allocate(48)).build()));
        }
        return others;
    }

    private static DecryptMaterialsInput withContext(DecryptMaterialsInput input, String key, String value) {
        Map<String, String> pairs = new HashMap<>(input.encryptionContext());
        if (value == null) {
            pairs.remove(key);
        } else {
            pairs.put(key, value);
        }
        return input.toBuilder().encryptionContext(pairs).build();
    }

    private static DecryptMaterialsInput withKey(DecryptMaterialsInput input, int index, EncryptedDataKey key) {
        List<EncryptedDataKey> keys = new ArrayList<>(input.encryptedDataKeys());
        keys.set(index, key);
        return withKeys(input, keys);
    }

    private static DecryptMaterialsInput withKeys(DecryptMaterialsInput input, List<EncryptedDataKey> keys) {
        return input.toBuilder().encryptedDataKeys(keys).build();
    }

    @Test
    @Requirement("M21")
    void theDataKeyIsGivenForTheHeaderThatWasCheckedAndForNoOther() {
        byte[] message = sealing(ORDERS).seal(Samples.PLAINTEXT);
        OpeningMaterials opening =
                opening(message, (materials, bytes) -> instances.decrypt(new Curious(materials), bytes));

        assertThat(opening.open(new OpeningMaterials.Call(message, EncryptionSdkMessage.parse(message))))
                .isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    @Requirement("M21")
    void aPayloadWhoseMessageIsNotAsItWasReadBeforeIsOverwrittenAndRefused() {
        SealingMaterials sealing = sealing(ORDERS);
        byte[] message = sealing.seal(Samples.PLAINTEXT);
        EncryptionSdkMessage layout = EncryptionSdkMessage.parse(message);
        EncryptionSdkMessage longer = EncryptionSdkMessage.parse(sealing.seal(new byte[Samples.PLAINTEXT.length + 1]));
        EncryptionSdkMessage otherContext = EncryptionSdkMessage.parse(
                sealing(Map.of("kinesis:stream-name", "payments")).seal(Samples.PLAINTEXT));
        assertThat(longer.encryptionContext()).isEqualTo(layout.encryptionContext());
        assertThat(otherContext.payloadSizeBytes()).isEqualTo(layout.payloadSizeBytes());
        for (EncryptionSdkMessage read : List.of(longer, otherContext)) {
            List<byte[]> payloads = new ArrayList<>();
            OpeningMaterials opening = opening(message, (materials, bytes) -> {
                CryptoResult<byte[], ?> result = instances.decrypt(materials, bytes);
                assertThat(result.getResult()).isEqualTo(Samples.PLAINTEXT);
                payloads.add(result.getResult());
                return result;
            });

            assertThatThrownBy(() -> opening.open(new OpeningMaterials.Call(message, read)))
                    .isInstanceOf(AuthenticationFailedException.class)
                    .hasMessageContaining("differs from the header that was checked")
                    .hasNoCause();
            assertThat(payloads).singleElement().isEqualTo(new byte[Samples.PLAINTEXT.length]);
        }
    }
}
