// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.crypto.CompactPayloads;
import io.kinesisencryption.internal.crypto.CompactSeeds;
import io.kinesisencryption.internal.encryptionsdk.SdkSeeds;
import io.kinesisencryption.internal.payload.AggregateFraming;
import io.kinesisencryption.internal.payload.AggregateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Writes the inputs that the fuzz targets of envelopes begin with, into the folder that is its argument: the resources of the tests, below this
 * package. The same bytes each time. What a fuzzer found stays beside them and is not made here.
 */
final class FuzzInputs {
    /** The raw AES wrapping key of the test vectors, which seals these inputs as well. */
    static final String NAMESPACE = "test";

    static final String KEY_NAME = "vectors";
    static final byte[] WRAPPING_KEY = VectorJson.bytes("wrapping key", 32);

    /** One of each kind, for all of them are long; every vector is in the ordinary test. */
    private static final Set<String> CHOSEN = Set.of(
            "a record of 0 bytes",
            "a record of 100 bytes",
            "signed, a record of 100 bytes",
            "frames of 64 bytes, a record of 200 bytes",
            "signed, frames of 64 bytes, a record of 128 bytes",
            "an aggregate of two records",
            "a compressed record",
            "a compressed aggregate",
            "a signed aggregate",
            "eight encrypted data keys");

    private FuzzInputs() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Map<String, byte[]> envelopes = whole();
        envelopes.putAll(altered(envelopes));
        write(folder, EnvelopeFuzz.class, envelopes);
        write(folder, DecryptorFuzz.class, envelopes);
        write(folder, SealedPayloadFuzz.class, payloads());
    }

    private static void write(Path folder, Class<?> target, Map<String, byte[]> inputs) throws IOException {
        Path inputFolder = folder.resolve(target.getSimpleName() + "Inputs").resolve(FuzzCorpus.METHOD);
        Files.createDirectories(inputFolder);
        for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
            Files.write(inputFolder.resolve(input.getKey()), input.getValue());
        }
    }

    /** Envelopes of both formats that are opened under {@link FuzzKeys}, by the names of their files. */
    static Map<String, byte[]> whole() throws IOException {
        Map<String, byte[]> envelopes = new LinkedHashMap<>(CompactSeeds.envelopes(NAMESPACE, KEY_NAME, WRAPPING_KEY));
        for (JsonNode vector : TestVectors.vectors("aws-encryption-sdk-1.json", "positive")) {
            String name = TestVectors.text(vector, "name");
            if (CHOSEN.contains(name)) {
                envelopes.put("message-" + name.replaceAll("[^a-z0-9]+", "-"), TestVectors.bytes(vector, "envelope"));
            }
        }
        envelopes.put("compact-64-pairs", CompactSeeds.manyPairs(NAMESPACE, KEY_NAME, WRAPPING_KEY, 63));
        envelopes.put("message-64-pairs", SdkSeeds.manyPairs(NAMESPACE, KEY_NAME, WRAPPING_KEY, 63));
        return envelopes;
    }

    private static Map<String, byte[]> altered(Map<String, byte[]> envelopes) {
        Map<String, byte[]> altered = new LinkedHashMap<>();
        for (String name : List.of("compact-flags-0", "compact-flags-7", "message-signed-a-record-of-100-bytes")) {
            byte[] envelope = envelopes.get(name);
            int header = EnvelopeInfo.read(envelope).headerSizeBytes();
            altered.put(name + "-cut-in-header", Arrays.copyOf(envelope, header / 2));
            altered.put(name + "-cut-after-header", Arrays.copyOf(envelope, header));
            altered.put(name + "-cut-in-tag", Arrays.copyOf(envelope, envelope.length - 1));
            altered.put(name + "-one-more", Arrays.copyOf(envelope, envelope.length + 1));
            altered.put(name + "-last-flipped", with(envelope, envelope.length - 1, envelope[envelope.length - 1] ^ 1));
            altered.put(name + "-key-flipped", with(envelope, header - 60, envelope[header - 60] ^ 1));
            // Lengths of 65,535, and of less than there is, at the two bytes where either format has one.
            int length = name.startsWith("compact") ? 38 : 35;
            altered.put(name + "-huge-length", with(with(envelope, length, 0xFF), length + 1, 0xFF));
            altered.put(name + "-no-length", with(with(envelope, length, 0), length + 1, 0));
            altered.put(name + "-huge-count", with(with(envelope, length + 2, 0xFF), length + 3, 0xFF));
        }
        byte[] message = envelopes.get("message-frames-of-64-bytes-a-record-of-200-bytes");
        int frames = EnvelopeInfo.read(message).headerSizeBytes();
        byte[] hugeFrames = message.clone();
        ByteBuffer.wrap(hugeFrames).putInt(frames - 52, -1);
        altered.put("message-huge-frame-length", hugeFrames);
        altered.put("message-wrong-frame-number", with(message, frames + 3, 7));
        altered.put("compact-unknown-flag", with(envelopes.get("compact-flags-0"), 5, 0x80));
        altered.put("compact-unknown-version", with(envelopes.get("compact-flags-0"), 3, 2));
        // As many as fit into the largest context.
        altered.put("compact-many-pairs", CompactSeeds.manyPairs(NAMESPACE, KEY_NAME, WRAPPING_KEY, (4096 - 31) / 8));
        altered.put("message-many-pairs", SdkSeeds.manyPairs(NAMESPACE, KEY_NAME, WRAPPING_KEY, (8192 - 31) / 8));
        altered.put("empty", new byte[0]);
        return altered;
    }

    private static byte[] with(byte[] bytes, int index, int value) {
        byte[] copy = bytes.clone();
        copy[index] = (byte) value;
        return copy;
    }

    private static Map<String, byte[]> payloads() {
        Map<String, byte[]> payloads = new LinkedHashMap<>();
        byte[] text = "{\"order\":4711}".getBytes(StandardCharsets.UTF_8);
        for (int how = 0; how < 16; how++) {
            byte[] payload = text;
            if ((how & SealedPayloadFuzz.AGGREGATE) != 0) {
                boolean compact = (how & SealedPayloadFuzz.COMPACT) != 0;
                AggregateWriter writer = new AggregateWriter(compact ? AggregateFraming.BARE : AggregateFraming.KPL);
                writer.add("customer-1", null, text);
                writer.add("customer-2", "12345", text);
                writer.add("customer-1", null, new byte[0]);
                payload = writer.toByteArray();
            }
            if ((how & (SealedPayloadFuzz.ZSTD | SealedPayloadFuzz.COMPRESS)) == SealedPayloadFuzz.ZSTD) {
                payload = CompactPayloads.storedZstdFrame(payload);
            }
            payloads.put("sealed-%02d".formatted(how), sealed(how, payload));
        }
        int zstd = SealedPayloadFuzz.COMPACT | SealedPayloadFuzz.ZSTD;
        payloads.put("zeros", sealed(zstd | SealedPayloadFuzz.COMPRESS, new byte[2_000]));
        payloads.put(
                "false-claim",
                sealed(zstd, new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xA0, 0, 0, 0x10, 0, 1, 0, 0}));
        payloads.put("no-aggregate", sealed(SealedPayloadFuzz.AGGREGATE, text));
        payloads.put("empty-aggregate", sealed(SealedPayloadFuzz.AGGREGATE | SealedPayloadFuzz.COMPACT, new byte[0]));
        payloads.put("empty", new byte[0]);
        return payloads;
    }

    private static byte[] sealed(int how, byte[] payload) {
        byte[] input = new byte[1 + payload.length];
        input[0] = (byte) how;
        System.arraycopy(payload, 0, input, 1, payload.length);
        return input;
    }
}
