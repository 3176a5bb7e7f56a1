// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.internal.encryptionsdk.Ciphers.ORDERS;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.SIGNED;
import static io.kinesisencryption.internal.encryptionsdk.Ciphers.UNSIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Samples;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.LeasedKey;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.cryptography.materialproviders.ICryptographicMaterialsManager;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsInput;
import software.amazon.cryptography.materialproviders.model.DecryptMaterialsOutput;
import software.amazon.cryptography.materialproviders.model.DecryptionMaterials;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsInput;
import software.amazon.cryptography.materialproviders.model.GetEncryptionMaterialsOutput;

class MaterialsLifetimeTest {
    private final SdkInstances instances = new SdkInstances();
    private final MaterialsSource source =
            new MaterialsSource(Samples.rawAes().open().materialProvidersKeyring(), "raw AES");
    private final Tap tap = new Tap();

    /** Stands between the Encryption SDK and the materials of one call, and keeps the very arrays that go through. */
    private static final class Tap implements ICryptographicMaterialsManager {
        private ICryptographicMaterialsManager materials;
        final List<byte[]> arrays = new ArrayList<>();

        Tap before(ICryptographicMaterialsManager manager) {
            materials = manager;
            return this;
        }

        private void keep(ByteBuffer key) {
            if (key != null) {
                assertThat(key.arrayOffset()).isZero();
                byte[] array = key.array();
                assertThat(array).isNotEqualTo(new byte[array.length]);
                arrays.add(array);
            }
        }

        @Override
        public GetEncryptionMaterialsOutput GetEncryptionMaterials(GetEncryptionMaterialsInput input) {
            GetEncryptionMaterialsOutput output = materials.GetEncryptionMaterials(input);
            keep(output.encryptionMaterials().plaintextDataKey());
            keep(output.encryptionMaterials().signingKey());
            return output;
        }

        @Override
        public DecryptMaterialsOutput DecryptMaterials(DecryptMaterialsInput input) {
            DecryptMaterialsOutput output = materials.DecryptMaterials(input);
            keep(output.decryptionMaterials().plaintextDataKey());
            return output;
        }
    }

    private SealingMaterials sealing(AlgorithmSuite suite) {
        return new SealingMaterials(
                source.encryptionMaterials(suite, ORDERS),
                (materials, payload) -> instances.encrypt(suite, tap.before(materials), payload),
                "raw AES");
    }

    private OpeningMaterials opening(byte[] message) {
        DecryptionIdentity identity = DecryptionIdentity.of(EncryptionSdkMessage.parse(message));
        return new OpeningMaterials(
                identity,
                source.decryptionMaterials(
                        identity.suite(), identity.encryptedDataKeys(), identity.encryptionContext()),
                (materials, bytes) -> instances.decrypt(tap.before(materials), bytes),
                "raw AES");
    }

    private static OpeningMaterials.Call call(byte[] message) {
        return new OpeningMaterials.Call(message, EncryptionSdkMessage.parse(message));
    }

    private int distinctArrays() {
        Set<byte[]> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        distinct.addAll(tap.arrays);
        return distinct.size();
    }

    private static void assertZero(List<byte[]> arrays) {
        assertThat(arrays).isNotEmpty().allSatisfy(array -> assertThat(array).containsOnly(0));
    }

    private static void assertWhole(List<byte[]> arrays) {
        assertThat(arrays).isNotEmpty().allSatisfy(array -> assertThat(array).isNotEqualTo(new byte[array.length]));
    }

    @Test
    void whatTheEncryptionSdkIsGivenIsACopyOfItsOwnAndOverwrittenAfterTheCall() {
        for (AlgorithmSuite suite : List.of(UNSIGNED, SIGNED)) {
            tap.arrays.clear();
            SealingMaterials sealing = sealing(suite);
            byte[] message = sealing.seal(Samples.PLAINTEXT);
            sealing.seal(Samples.PLAINTEXT);
            assertThat(distinctArrays()).isEqualTo(suite.signed() ? 4 : 2);
            assertZero(tap.arrays);
            assertWhole(sealing.arrays());

            tap.arrays.clear();
            OpeningMaterials opening = opening(message);
            assertThat(opening.open(call(message))).isEqualTo(Samples.PLAINTEXT);
            assertThat(opening.open(call(message))).isEqualTo(Samples.PLAINTEXT);
            assertThat(distinctArrays()).isEqualTo(2);
            assertZero(tap.arrays);
            assertWhole(opening.arrays());
        }
    }

    @Test
    void theCopyIsOverwrittenAfterACallThatFailedToo() {
        List<byte[]> copies = new ArrayList<>();
        SealingMaterials sealing = new SealingMaterials(
                source.encryptionMaterials(SIGNED, ORDERS),
                (materials, payload) -> {
                    instances.encrypt(SIGNED, tap.before(materials), payload);
                    copies.addAll(tap.arrays);
                    throw new IllegalArgumentException("the provider's fault");
                },
                "raw AES");
        assertThatThrownBy(() -> sealing.seal(Samples.PLAINTEXT)).isInstanceOf(PermanentKeyException.class);
        assertThat(copies).hasSize(2);
        assertZero(copies);

        byte[] message = sealing(UNSIGNED).seal(Samples.PLAINTEXT);
        tap.arrays.clear();
        OpeningMaterials opening = opening(message);
        byte[] altered = message.clone();
        altered[altered.length - 1] ^= 1;
        assertThatThrownBy(() -> opening.open(call(altered))).isInstanceOf(AuthenticationFailedException.class);
        assertThat(tap.arrays).hasSize(1);
        assertZero(tap.arrays);
    }

    @Test
    void whatTheLibraryHandedOutIsOverwrittenOnceItIsTakenOver() {
        EncryptionMaterials made = source.encryptionMaterials(SIGNED, ORDERS);
        byte[] message = new SealingMaterials(
                        made, (materials, payload) -> instances.encrypt(SIGNED, materials, payload), "raw AES")
                .seal(Samples.PLAINTEXT);
        assertZero(List.of(made.plaintextDataKey().array(), made.signingKey().array()));

        DecryptionIdentity identity = DecryptionIdentity.of(EncryptionSdkMessage.parse(message));
        DecryptionMaterials opened =
                source.decryptionMaterials(SIGNED, identity.encryptedDataKeys(), identity.encryptionContext());
        OpeningMaterials opening = new OpeningMaterials(identity, opened, instances::decrypt, "raw AES");
        assertZero(List.of(opened.plaintextDataKey().array()));
        assertThat(opening.open(call(message))).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void cachedKeysAreOverwrittenWhenTheyAreClosedAndTheLastLeaseEnded() {
        SealingMaterials sealing = sealing(SIGNED);
        byte[] message = sealing.seal(Samples.PLAINTEXT);
        OpeningMaterials opening = opening(message);
        assertThat(sealing.arrays()).hasSize(2);

        assertLifetime(sealing, sealing.arrays());
        assertLifetime(opening, opening.arrays());

        assertThatThrownBy(() -> sealing.seal(Samples.PLAINTEXT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> opening.open(call(message))).isInstanceOf(IllegalStateException.class);
    }

    private static void assertLifetime(LeasedKey key, List<byte[]> arrays) {
        assertThat(key.tryLease()).isTrue();
        assertThat(key.tryLease()).isTrue();
        key.close();
        assertThat(key.tryLease()).isFalse();
        assertWhole(arrays);
        key.release();
        assertWhole(arrays);
        key.release();
        assertZero(arrays);
    }

    @Test
    void noKeyIsShown() {
        SealingMaterials sealing = sealing(SIGNED);
        byte[] message = sealing.seal(Samples.PLAINTEXT);
        OpeningMaterials opening = opening(message);
        byte[] key = sealing.arrays().get(0);
        assertThat(sealing.toString()).isEqualTo("SealingMaterials[1 encrypted data keys]");
        assertThat(opening.toString())
                .isEqualTo("OpeningMaterials[DecryptionIdentity[" + SIGNED + ", [test key-1]]]")
                .doesNotContain(Arrays.toString(key));
    }
}
