// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.encryptionsdk;

import static io.kinesisencryption.Samples.codeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.materials.DataKey;
import io.kinesisencryption.internal.materials.DataKeySource;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.EncryptedDataKey;
import software.amazon.cryptography.materialproviders.model.EncryptionMaterials;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

/** Parts that do not do what a keyring should, and what each part gets to see. */
class CompositeKeyringTest {
    private static final Map<String, String> CONTEXT = Map.of("kinesis:stream-name", "orders");

    private static IKeyring raw(String name) {
        return Samples.rawAes("test", name, 1).open().materialProvidersKeyring();
    }

    private static Part part(IKeyring keyring, boolean writes) {
        return new Part(keyring, (provider, info) -> true, writes, false);
    }

    private static DataKeySource source(Part... parts) {
        return new MaterialsSource(new CompositeKeyring(List.of(parts)), "composite").dataKeys(EnvelopeFormat.COMPACT);
    }

    private static Arguments fault(String name, UnaryOperator<EncryptionMaterials> change) {
        return Arguments.argumentSet(name, change);
    }

    static List<Arguments> faults() {
        return List.of(
                fault(
                        "encrypts nothing",
                        materials -> materials.toBuilder()
                                .encryptedDataKeys(materials
                                        .encryptedDataKeys()
                                        .subList(
                                                0, materials.encryptedDataKeys().size() - 1))
                                .build()),
                fault(
                        "drops the keys of others",
                        materials -> materials.toBuilder()
                                .encryptedDataKeys(List.of(materials
                                        .encryptedDataKeys()
                                        .get(materials.encryptedDataKeys().size() - 1)))
                                .build()),
                fault(
                        "swaps the data key",
                        materials -> materials.toBuilder()
                                .plaintextDataKey(ByteBuffer.allocate(32))
                                .build()),
                fault(
                        "changes the context",
                        materials -> materials.toBuilder()
                                .encryptionContext(Map.of("tenant", "umbrella"))
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aPartThatSpoilsTheMaterialsIsAKeyFailure(UnaryOperator<EncryptionMaterials> change) {
        IKeyring second = new DelegatingKeyring(raw("key-2")) {
            @Override
            public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
                return OnEncryptOutput.builder()
                        .materials(change.apply(super.OnEncrypt(input).materials()))
                        .build();
            }
        };
        DataKeySource source = source(part(raw("key-1"), true), part(second, true), part(raw("key-3"), true));

        assertThat(codeOf(() -> source.generate(CONTEXT).close())).isEqualTo(ErrorCode.KEY_FAILURE);
    }

    @Test
    void aCompositeWithoutWriterRefusesToWriteAndReads() {
        try (DataKey key = source(part(raw("key-1"), true)).generate(CONTEXT)) {
            DataKeySource reader = source(part(raw("key-1"), false));

            assertThat(codeOf(() -> reader.generate(CONTEXT).close())).isEqualTo(ErrorCode.KEY_FAILURE);
            try (DataKey opened = reader.decrypt(key.encryptedDataKeys(), CONTEXT)) {
                assertThat(opened.bytes()).isEqualTo(key.bytes());
            }
        }
    }

    @Test
    void aPartSeesOnlyTheEncryptedDataKeysThatItRecognises() {
        List<List<EncryptedDataKey>> seen = new ArrayList<>();
        IKeyring watched = new DelegatingKeyring(raw("key-2")) {
            @Override
            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                seen.add(input.encryptedDataKeys());
                return super.OnDecrypt(input);
            }
        };
        DataKeySource writer = source(part(raw("key-1"), true), part(raw("key-2"), true));
        ByteBuffer name = ByteBuffer.wrap("key-2".getBytes(StandardCharsets.UTF_8));
        DataKeySource reader = source(
                new Part(watched, (provider, info) -> info.slice(0, 5).equals(name), false, false),
                new Part(
                        new DelegatingKeyring(raw("key-1")) {
                            @Override
                            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                                throw new AssertionError("A part that recognises nothing was asked");
                            }
                        },
                        (provider, info) -> false,
                        false,
                        false));
        try (DataKey key = writer.generate(CONTEXT);
                DataKey opened = reader.decrypt(key.encryptedDataKeys(), CONTEXT)) {
            assertThat(opened.bytes()).isEqualTo(key.bytes());
            assertThat(seen).singleElement().satisfies(keys -> assertThat(keys).hasSize(1));
        }
        try (DataKey key = source(part(raw("key-1"), true)).generate(CONTEXT)) {
            assertThat(codeOf(() ->
                            reader.decrypt(key.encryptedDataKeys(), CONTEXT).close()))
                    .isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
            assertThat(seen).hasSize(1);
        }
    }

    /** A forged record can name the replicas of one key in eight regions, each of which would cost a call. */
    @Test
    void aPartOfOneKeyIsAskedForOneEncryptedDataKey() {
        for (boolean oneKey : new boolean[] {true, false}) {
            List<Integer> seen = new ArrayList<>();
            IKeyring watched = new DelegatingKeyring(raw("key-1")) {
                @Override
                public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                    seen.add(input.encryptedDataKeys().size());
                    return super.OnDecrypt(input);
                }
            };
            DataKeySource writer = source(part(raw("key-1"), true), part(raw("key-2"), true));
            DataKeySource reader = source(new Part(watched, (provider, info) -> true, true, oneKey));
            try (DataKey key = writer.generate(CONTEXT);
                    DataKey opened = reader.decrypt(key.encryptedDataKeys(), CONTEXT)) {
                assertThat(opened.bytes()).isEqualTo(key.bytes());
            }
            assertThat(seen).containsExactly(oneKey ? 1 : 2);
        }
    }

    @Test
    void aPartThatGivesNoDataKeyOrFailsLeavesTheNextToOpenTheRecord() {
        List<String> asked = new ArrayList<>();
        IKeyring idle = new DelegatingKeyring(raw("key-1")) {
            @Override
            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                asked.add("idle");
                return OnDecryptOutput.builder().materials(input.materials()).build();
            }
        };
        IKeyring failing = new DelegatingKeyring(raw("key-1")) {
            @Override
            public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                asked.add("failing");
                throw new IllegalStateException("a bug in somebody's client");
            }
        };
        DataKeySource reader = source(part(idle, true), part(failing, true), part(raw("key-1"), true));
        try (DataKey key = source(part(raw("key-1"), true)).generate(CONTEXT);
                DataKey opened = reader.decrypt(key.encryptedDataKeys(), CONTEXT)) {
            assertThat(opened.bytes()).isEqualTo(key.bytes());
            assertThat(asked).containsExactly("idle", "failing");
            assertThat(codeOf(() -> source(part(idle, true))
                            .decrypt(key.encryptedDataKeys(), CONTEXT)
                            .close()))
                    .isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        }
    }

    @Test
    void aCompositeOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CompositeKeyring(List.of()));
    }

    private static class DelegatingKeyring implements IKeyring {
        private final IKeyring delegate;

        DelegatingKeyring(IKeyring delegate) {
            this.delegate = delegate;
        }

        @Override
        public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
            return delegate.OnEncrypt(input);
        }

        @Override
        public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
            return delegate.OnDecrypt(input);
        }
    }
}
