// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.sun.management.ThreadMXBean;
import io.kinesisencryption.Requirement;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.MalformedPayloadException;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdTest {
    private static final int MIB = 1024 * 1024;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final SeededRandom random = SeededRandom.create();
    private final ZstdCompressor compressor = new ZstdCompressor();
    private final ZstdDecompressor decompressor = new ZstdDecompressor();

    private static void assertRefused(ZstdDecompressor decompressor, byte[] frame, String reason) {
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> decompressor.decompress(frame))
                .withMessageContaining(reason)
                .withNoCause()
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PAYLOAD));
    }

    private void assertRefused(byte[] frame, String reason) {
        assertRefused(decompressor, frame, reason);
    }

    /** Text with some repetition: numbers among words. */
    private byte[] text(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("{\"order\":").append(random.below(1_000_000)).append(",\"state\":\"PAID\"}\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9})
    void whatIsCompressedIsDecompressed(int level) {
        ZstdCompressor atLevel = new ZstdCompressor(level);
        for (int length : new int[] {0, 1, 2, 255, 256, 65_791, 65_792, 131_072, 131_073, 400_000, MIB}) {
            for (byte[] payload : new byte[][] {text(length), random.bytes(length), new byte[length]}) {
                byte[] frame = atLevel.compress(payload);

                assertThat(frame.length).isLessThanOrEqualTo(payload.length + 64 + payload.length / 1024);
                assertThat(decompressor.decompress(frame))
                        .as("%d bytes, %s", length, random)
                        .isEqualTo(payload);
            }
        }
        assertThat(atLevel.compress(text(100_000)).length).isLessThan(30_000);
    }

    @Test
    void levelsAndLimitsOutsideTheirRangesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ZstdCompressor(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZstdCompressor(10));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZstdDecompressor(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ZstdDecompressor(1, 0));
    }

    @Test
    @Requirement("M13")
    void contentOverTheLimitIsRefused() {
        byte[] frame = compressor.compress(text(1000));

        assertThat(new ZstdDecompressor(1000, 1).decompress(frame)).hasSize(1000);
        assertRefused(new ZstdDecompressor(999, 1), frame, "1000 bytes is over the limit of 999 bytes");
    }

    @Test
    @Requirement("M13")
    void aLargeContentFromATinyFrameIsRefusedBeforeItIsAllocated() {
        byte[] bomb = Zstd.compress(new byte[10 * MIB], 3);
        assertThat(bomb.length).isLessThan(1000);
        long before = THREADS.getCurrentThreadAllocatedBytes();

        assertRefused(bomb, "more than 1000 times as much");

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MIB / 4);
        assertThat(new ZstdDecompressor(10 * MIB, 100_000).decompress(bomb)).hasSize(10 * MIB);
    }

    /** A batch of a thousand equal records compresses a thousand times; that is no attack. */
    @Test
    void upToOneMebibyteAnyRatioIsAccepted() {
        byte[] frame = Zstd.compress(new byte[MIB], 3);

        assertThat(frame.length).isLessThan(MIB / 1000);
        assertThat(new ZstdDecompressor(MIB, 1).decompress(frame)).hasSize(MIB);
        assertRefused(Zstd.compress(new byte[MIB + 1], 3), "more than 1000 times as much");
    }

    /** No writer makes what its readers refuse, so no record is lost for being too uniform. */
    @Test
    void whatWouldLookLikeABombIsStoredInstead() {
        for (int length : new int[] {MIB + 1, 2 * MIB, 10 * MIB}) {
            byte[] payload = new byte[length];
            byte[] frame = compressor.compress(payload);

            assertThat(frame.length).isBetween(length, length + 9 + 3 * (length / 131_072 + 1));
            assertThat(decompressor.decompress(frame)).isEqualTo(payload);
            assertThat(Zstd.decompress(frame, length)).isEqualTo(payload);
        }
        assertThat(Zstd.decompress(ZstdFrame.store(new byte[0]), 0)).isEmpty();
        assertThat(decompressor.decompress(ZstdFrame.store(new byte[0]))).isEmpty();
    }

    @Test
    @Requirement("M13")
    void aClaimThatTheBlocksCannotMeetIsRefusedBeforeItIsAllocated() {
        byte[] frame = ZstdFrame.store(new byte[3]);
        for (int claim : new int[] {4, 128 * 1024, 10 * MIB, Integer.MAX_VALUE, -1}) {
            byte[] altered = frame.clone();
            for (int i = 0; i < 4; i++) {
                altered[5 + i] = (byte) (claim >>> (8 * i));
            }
            assertRefused(altered, "claims " + Integer.toUnsignedString(claim) + " bytes");
        }
        byte[] less = frame.clone();
        less[5] = 2;
        assertRefused(less, "does not decompress to its 2 bytes");
    }

    @Test
    void aContentSizeOf64BitsIsRefusedByItsClaim() {
        byte[] frame = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0, -1, -1, -1, -1, -1, -1, -1, -1, 0x01, 0, 0};
        assertRefused(frame, "claims 18446744073709551615 bytes");
    }

    @Test
    void framesWithAChecksumAreReadAndTheChecksumCounts() {
        byte[] payload = text(5000);
        byte[] frame;
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            frame = context.setChecksum(true).compress(payload);
        }
        assertThat(decompressor.decompress(frame)).isEqualTo(payload);
        frame[frame.length - 1] ^= 1;
        assertRefused(frame, "does not decompress");
        for (int cut = 1; cut <= 4; cut++) {
            int length = frame.length - cut;
            assertRefused(Arrays.copyOf(frame, length), "ends at offset " + length);
        }
    }

    @Test
    @Requirement("M13")
    void framesThatDoNotSayTheirContentSizeAreRefused() {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            assertRefused(context.setContentSize(false).compress(text(5000)), "does not say how large");
            assertRefused(context.setChecksum(true).compress(text(5000)), "does not say how large");
        }
    }

    @Test
    @Requirement("M13")
    void framesThatNeedADictionaryAreRefused() {
        byte[] dictionary = new byte[4096];
        System.arraycopy(text(4096), 0, dictionary, 0, 4096);
        byte[] frame = compressor.compress(text(1000));
        for (int idSizeCode = 1; idSizeCode < 4; idSizeCode++) {
            byte[] altered = frame.clone();
            altered[4] |= (byte) idSizeCode;
            assertRefused(altered, "dictionary");
        }
        // A raw dictionary leaves no id in the frame: the content is then simply not to be had.
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            byte[] needy = context.loadDict(dictionary).compress(Arrays.copyOf(dictionary, 2000));
            assertRefused(needy, "does not decompress");
        }
    }

    @Test
    @Requirement("M13")
    void onlyOneWholeFrameIsAccepted() {
        byte[] frame = compressor.compress(text(1000));
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0};

        assertRefused(concat(frame, new byte[1]), "1 bytes follow");
        assertRefused(concat(frame, frame), "follow");
        assertRefused(concat(frame, skippable), "8 bytes follow");
        assertRefused(concat(skippable, frame), "does not begin like a zstd frame");
        assertRefused(new byte[0], "ends at offset 0");
        assertRefused(text(100), "does not begin like a zstd frame");
        for (int length = 0; length < frame.length; length++) {
            assertRefused(Arrays.copyOf(frame, length), "ends at offset " + length);
        }
    }

    @Test
    void reservedBitsAndBlocksAreRefused() {
        byte[] frame = ZstdFrame.store(new byte[] {1, 2, 3});
        byte[] reservedBit = frame.clone();
        reservedBit[4] |= 0x08;
        assertRefused(reservedBit, "reserved bit");
        byte[] reservedBlock = frame.clone();
        reservedBlock[9] |= 0x06;
        assertRefused(reservedBlock, "block of type 3");
        byte[] largeBlock = frame.clone();
        largeBlock[11] = (byte) 0x10;
        assertRefused(largeBlock, "block of type 0 and 131075 bytes");
    }

    @Test
    void everyFlippedBitGivesAResultOrARefusalWithinTheLimits() {
        byte[] frame = compressor.compress(text(700));
        ZstdDecompressor limited = new ZstdDecompressor(2000, 10);
        int refused = 0;
        for (int i = 0; i < frame.length * 8; i++) {
            byte[] altered = frame.clone();
            altered[i / 8] ^= (byte) (1 << (i % 8));
            try {
                assertThat(limited.decompress(altered).length)
                        .as(random.toString())
                        .isLessThanOrEqualTo(2000);
            } catch (MalformedPayloadException e) {
                refused++;
            }
        }
        assertThat(refused).as(random.toString()).isPositive();
    }

    @Test
    void randomDamageGivesAResultOrARefusalWithinTheLimits() {
        ZstdDecompressor limited = new ZstdDecompressor(300_000, 1);
        byte[] frame = compressor.compress(text(200_000));
        for (int round = 0; round < 3_000; round++) {
            byte[] altered = frame.clone();
            for (int edit = random.below(8); edit >= 0; edit--) {
                int at = random.below(20) == 0 ? random.below(20) : random.below(frame.length);
                altered[at] = random.bytes(1)[0];
            }
            try {
                assertThat(limited.decompress(altered).length)
                        .as(random.toString())
                        .isLessThanOrEqualTo(300_000);
            } catch (MalformedPayloadException e) {
                assertThat(e).as(random.toString()).hasNoCause();
            }
        }
    }

    @Test
    void aWholeAggregateShrinksAndComesBack() {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        for (int i = 0; i < 1000; i++) {
            writer.add("customer-" + random.below(100), null, text(512));
        }
        byte[] aggregate = writer.toByteArray();
        byte[] frame = compressor.compress(aggregate);

        assertThat(frame.length).isLessThan(aggregate.length / 3);
        assertThat(decompressor.decompress(frame)).isEqualTo(aggregate);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
