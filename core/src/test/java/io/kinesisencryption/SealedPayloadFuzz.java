// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.materials.WriterContext;
import io.kinesisencryption.internal.materials.WriterKey;
import io.kinesisencryption.internal.payload.Payload;
import io.kinesisencryption.internal.payload.ZstdCompressor;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.PayloadKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The payload readers behind the decryptor: what a holder of the key can do who seals any bytes and says of them what he likes. The first byte of the
 * input says how the rest is sealed.
 *
 * @see EnvelopeFuzzTest the test of the ordinary build, on the inputs in this class's resources
 */
class SealedPayloadFuzz {
    static final int COMPACT = 1;
    static final int AGGREGATE = 1 << 1;
    static final int ZSTD = 1 << 2;
    /** The rest is the content of a true zstd frame, which a fuzzer would take long to find. */
    static final int COMPRESS = 1 << 3;

    /** What a frame may decompress to however small it is, and the ratio beyond that: the limits of {@code ZstdDecompressor}. */
    private static final int FREE_CONTENT_BYTES = 1024 * 1024;

    private static final int MAX_RATIO = 1_000;

    /** Of the payload that is read: a user record of an aggregate takes 6 bytes of it. */
    private static final int CONTENT_MULTIPLE = 64;

    /** Sealing and opening by the AWS libraries. */
    private static final int ENVELOPE_MULTIPLE = 64;

    private static final int FIXED_BYTES = 1024 * 1024;

    @FuzzTest(maxDuration = "3m")
    void aResultOrARefusal(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int how = input[0];
        byte[] content = Arrays.copyOfRange(input, 1, input.length);
        byte[] payload = (how & COMPRESS) == 0 ? content : new ZstdCompressor().compress(content);
        PayloadShape shape = new PayloadShape(
                (how & AGGREGATE) == 0 ? PayloadKind.RECORD : PayloadKind.AGGREGATE,
                (how & ZSTD) == 0 ? Compression.NONE : Compression.ZSTD);
        byte[] envelope = (how & COMPACT) == 0 ? message(shape, payload) : compact(how, payload);

        long bound = CONTENT_MULTIPLE * maxContentBytes(shape, payload)
                + (long) ENVELOPE_MULTIPLE * envelope.length
                + FIXED_BYTES;
        @Nullable
        List<UserRecord> opened =
                Allocations.bounded(Allocations::ofThisThread, bound, payload.length, () -> open(envelope));
        check(opened, how, content);
    }

    private static byte[] message(PayloadShape shape, byte[] payload) {
        Map<String, String> context = WriterContext.of(Samples.ORDERS.name(), null, Map.of(), shape);
        return FuzzKeys.ENCRYPTION
                .ciphers()
                .encryptionSdk()
                .encrypt(new WriterKey(AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY, context), payload);
    }

    private static byte[] compact(int how, byte[] payload) {
        int flags = ((how & AGGREGATE) == 0 ? 0 : CompactLayout.FLAG_AGGREGATE)
                | ((how & ZSTD) == 0 ? 0 : CompactLayout.FLAG_ZSTD);
        Map<String, String> context = WriterContext.of(Samples.ORDERS.name(), null, Map.of());
        return FuzzKeys.ENCRYPTION
                .ciphers()
                .compact()
                .encrypt(new WriterKey(CompactLayout.SUITE, context), flags, null, Payload.of(payload));
    }

    private static @Nullable List<UserRecord> open(byte[] envelope) {
        try {
            return FuzzKeys.DECRYPTOR.decrypt(KinesisRecord.of("customer-1", null, envelope));
        } catch (KinesisEncryptionException e) {
            return null;
        }
    }

    private static long maxContentBytes(PayloadShape shape, byte[] payload) {
        return shape.compression() == Compression.NONE
                ? payload.length
                : Math.max(FREE_CONTENT_BYTES, (long) MAX_RATIO * payload.length);
    }

    private static void check(@Nullable List<UserRecord> opened, int how, byte[] content) {
        boolean zstd = (how & ZSTD) != 0;
        boolean compressed = (how & COMPRESS) != 0;
        if ((how & AGGREGATE) == 0 && zstd == compressed) {
            assertThat(opened).as("a record is never refused for what it holds").hasSize(1);
            assertThat(opened.get(0).data()).isEqualTo(content);
        }
        if (opened != null) {
            assertThat(opened).isNotEmpty();
        }
    }
}
