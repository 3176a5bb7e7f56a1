// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.read;
import static io.kinesisencryption.TestVectors.text;

import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

/** The readers of vectors, with the keys that come with these. */
final class VectorReaders {
    static final String SDK = "aws-encryption-sdk-1.json";
    static final String COMPACT = "compact-1.json";

    private VectorReaders() {}

    /** What a key service would give for a vector's encrypted data keys. */
    private static final class FixedDataKey implements IKeyring {
        private final byte[] dataKey;

        FixedDataKey(byte[] dataKey) {
            this.dataKey = dataKey;
        }

        @Override
        public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
            throw new AssertionError("A reader needs no new data key");
        }

        @Override
        public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
            return OnDecryptOutput.builder()
                    .materials(input.materials().toBuilder()
                            .plaintextDataKey(ByteBuffer.wrap(dataKey.clone()))
                            .build())
                    .build();
        }
    }

    static KinesisEncryption encryptionSdk() throws IOException {
        return Samples.encryption(wrappingKey());
    }

    static KinesisEncryption compact(JsonNode vector) {
        return Samples.encryption(Keyrings.of(fixedDataKey(vector)));
    }

    /** The raw AES key that all vectors of format 1 are sealed under. */
    static Keyring wrappingKey() throws IOException {
        JsonNode key = read(SDK).asObject().get("wrappingKey");
        return Keyrings.rawAes(text(key, "namespace"), text(key, "name"), bytes(key, "key"));
    }

    /** Gives a vector of COMPACT its data key, whatever it is asked to decrypt. */
    static IKeyring fixedDataKey(JsonNode vector) {
        return new FixedDataKey(bytes(vector, "dataKey"));
    }

    /** Signatures under a raw key prove nothing, and no builder accepts them; here it is the bytes that count. */
    static RecordDecryptor decryptor(KinesisEncryption owner, String stream, Set<AlgorithmSuite> suites) {
        ReaderContext reader = new ReaderContext(List.of(new AcceptedStream(stream, null)), Map.of());
        return new RecordDecryptor(owner, StreamIdentity.of(stream), reader, suites);
    }
}
