// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.has;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.textOrNull;
import static io.kinesisencryption.TestVectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.Alterations;
import io.kinesisencryption.CompactAlterations;
import io.kinesisencryption.SeededRandom;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.envelope.CompactLayout;
import io.kinesisencryption.internal.materials.FixedDataKey;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.internal.materials.ReaderContext.AcceptedStream;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Every byte of every positive vector of COMPACT altered in one bit and in all, every cut and a byte more, with no key that is kept and with the
 * honest record's kept. Without the material providers library, so that none need be left out: any encrypted data keys give the honest data key.
 */
class EveryCompactVectorAlteredTest {
    private static final int EVERY_BIT = 0xFF;

    private final SeededRandom random = SeededRandom.create();

    private static final class Reader {
        private final CompactOpener opener;
        private final ReaderContext context;
        private final @Nullable String partitionKey;

        Reader(JsonNode vector, RecordKeyLookup lookup) {
            this.opener = new CompactOpener(lookup, (provider, info) -> true, "fixed");
            this.context = new ReaderContext(List.of(new AcceptedStream(text(vector, "stream"), null)), Map.of());
            this.partitionKey = textOrNull(vector, "partitionKey");
        }

        byte[] open(byte[] envelope) {
            OpenedPayload opened =
                    opener.open("shard", envelope, partitionKey, context, EnumSet.allOf(AlgorithmSuite.class));
            return Arrays.copyOf(opened.bytes(), opened.sizeBytes());
        }

        ErrorCode refuse(byte[] envelope, String what) {
            if (!CompactLayout.recognises(envelope)) {
                return ErrorCode.PLAINTEXT_RECORD;
            }
            return Alterations.refusalOf(() -> open(envelope), what);
        }
    }

    private static RecordKeys keys(JsonNode vector) {
        return new RecordKeys(
                new FixedDataKey(bytes(vector, "dataKey"), List.of()),
                null,
                NonceSource.random((sweep, delayNanos) -> {}));
    }

    @TestFactory
    List<DynamicTest> everyAlterationIsRefusedColdAndWarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors("compact-1.json", "positive")) {
            tests.add(DynamicTest.dynamicTest(text(vector, "name"), () -> assertRefused(vector)));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(44);
        return tests;
    }

    private void assertRefused(JsonNode vector) {
        byte[] envelope = bytes(vector, "envelope");
        Alterations alterations = new CompactAlterations(envelope, has(vector, "partitionKey"), false);
        MapLookup kept = new MapLookup(keys(vector));
        Reader warm = new Reader(vector, kept);
        List<Reader> readers = List.of(new Reader(vector, MapLookup.keepingNothing(keys(vector))), warm);
        byte[] payload = warm.open(envelope);
        assertThat(payload).isEqualTo(bytes(vector, "payload"));
        for (int i = 0; i < envelope.length; i++) {
            for (int mask : new int[] {1 << random.below(8), EVERY_BIT}) {
                byte[] altered = envelope.clone();
                altered[i] ^= (byte) mask;
                String what = "%s: byte %d of %d ^ %02X".formatted(random, i, envelope.length, mask);
                assertRefused(readers, altered, alterations.toAltered(i, altered), what);
            }
        }
        for (int length = 0; length < envelope.length; length++) {
            String what = "%d bytes of %d".formatted(length, envelope.length);
            assertRefused(readers, Arrays.copyOf(envelope, length), alterations.toCut(length), what);
        }
        byte[] longer = Arrays.copyOf(envelope, envelope.length + 1);
        longer[envelope.length] = (byte) random.below(256);
        assertRefused(readers, longer, alterations.toAppended(), random + ": a byte appended");

        assertThat(kept.keys).as("no altered record left a key").hasSize(1);
        assertThat(warm.open(envelope)).isEqualTo(payload);
    }

    private static void assertRefused(List<Reader> readers, byte[] altered, Set<ErrorCode> right, String what) {
        for (Reader reader : readers) {
            ErrorCode code = reader.refuse(altered, what);
            if (!right.contains(code)) {
                throw new AssertionError("%s: %s, and right is %s".formatted(what, code, right));
            }
        }
    }
}
