// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static io.kinesisencryption.TestVectors.bytes;
import static io.kinesisencryption.TestVectors.has;
import static io.kinesisencryption.TestVectors.list;
import static io.kinesisencryption.TestVectors.read;
import static io.kinesisencryption.TestVectors.text;
import static io.kinesisencryption.TestVectors.textOrNull;
import static io.kinesisencryption.TestVectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EncryptionListener.KeyLookup;
import io.kinesisencryption.EncryptionListener.LookupResult;
import io.kinesisencryption.caching.KeyCacheOptions;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.suite.AlgorithmSuite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * The bytes of every positive vector altered, every cut of it and a byte more, by a reader that has no key and by one that has the honest record's:
 * an error of the right kind each time, and never a payload.
 */
class EveryVectorAlteredTest {
    /**
     * A load takes a millisecond and more, most of it in the material providers library, so of the alterations of a vector that need one, only some
     * are tried: others in each vector and in each run. All that are refused without a load are tried, and all that the honest record's key refuses;
     * of COMPACT {@code EveryCompactVectorAlteredTest} tries the rest too, without that library. {@code -Dvectors.loads=1000000} tries them all, in some
     * ten minutes.
     */
    private static final int LOADS_PER_VECTOR = Integer.getInteger("vectors.loads", 32);

    /** What may be answered only once a key was asked for. */
    private static final Set<ErrorCode> AFTER_A_LOAD =
            EnumSet.of(ErrorCode.AUTHENTICATION_FAILED, ErrorCode.KEY_NOT_CONFIGURED);

    /** The account of the AWS KMS key that most vectors of COMPACT name. */
    private static final String ACCOUNT = "111122223333";

    private final SeededRandom random = SeededRandom.create();

    /** A reader that knows what its last record's key was looked up with. */
    private static final class Reader implements AutoCloseable {
        private final KinesisEncryption owner;
        private final RecordDecryptor decryptor;
        private final @Nullable String partitionKey;
        private @Nullable LookupResult lookup;

        Reader(Keyring keyring, JsonNode vector) {
            this.owner = KinesisEncryption.builder()
                    .keyring(keyring)
                    .keyCache(KeyCacheOptions.builder().loadsPerSecond(10_000).build())
                    .listener(new EncryptionListener() {
                        @Override
                        public void onKeyLookup(KeyLookup event) {
                            lookup = event.result();
                        }
                    })
                    .build();
            this.decryptor =
                    VectorReaders.decryptor(owner, text(vector, "stream"), EnumSet.allOf(AlgorithmSuite.class));
            this.partitionKey = textOrNull(vector, "partitionKey");
        }

        List<byte[]> open(byte[] envelope) {
            lookup = null;
            return decryptor.decrypt(KinesisRecord.of(partitionKey, null, envelope)).stream()
                    .map(UserRecord::data)
                    .toList();
        }

        /** The error that an envelope is refused with. */
        ErrorCode refuse(byte[] envelope, String what) {
            return Alterations.refusalOf(() -> open(envelope), what);
        }

        /** Also what was loaded to refuse the record before, if its key is the honest one, and what is remembered of keys that cannot be had. */
        void forgetAll() {
            owner.discardAll();
        }

        @Override
        public void close() {
            owner.close();
        }
    }

    @TestFactory
    List<DynamicTest> everyAlterationOfAVectorOfFormat1IsRefused() throws IOException {
        JsonNode key = read(VectorReaders.SDK).asObject().get("wrappingKey");
        Keyring keyring = VectorReaders.wrappingKey();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(VectorReaders.SDK, "positive")) {
            byte[] envelope = bytes(vector, "envelope");
            tests.add(DynamicTest.dynamicTest(
                    text(vector, "name"),
                    () -> assertRefused(
                            vector,
                            keyring,
                            envelope,
                            new SdkAlterations(envelope, text(key, "namespace"), text(key, "name")))));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> everyAlterationOfAVectorOfCompactIsRefused() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : vectors(VectorReaders.COMPACT, "positive")) {
            byte[] envelope = bytes(vector, "envelope");
            boolean ofAccount =
                    text(list(vector, "encryptedDataKeys").get(0), "providerId").equals("aws-kms");
            Keyring keyring = ofAccount
                    ? Keyrings.ofKmsAccounts(VectorReaders.fixedDataKey(vector), ACCOUNT)
                    : Keyrings.of(VectorReaders.fixedDataKey(vector));
            tests.add(DynamicTest.dynamicTest(
                    text(vector, "name"),
                    () -> assertRefused(
                            vector,
                            keyring,
                            envelope,
                            new CompactAlterations(envelope, has(vector, "partitionKey"), ofAccount))));
        }
        return tests;
    }

    private void assertRefused(JsonNode vector, Keyring keyring, byte[] envelope, Alterations alterations) {
        try (Reader cold = new Reader(keyring, vector);
                Reader warm = new Reader(keyring, vector)) {
            List<byte[]> honest = warm.open(envelope);
            int stride = Math.max(1, envelope.length / LOADS_PER_VECTOR);
            int first = random.below(stride);
            for (int i = 0; i < envelope.length; i++) {
                int mask = 1 << random.below(8);
                byte[] altered = envelope.clone();
                altered[i] ^= (byte) mask;
                String what = "%s: byte %d of %d ^ %02X".formatted(random, i, envelope.length, mask);
                boolean load = i % stride == first;
                assertRefused(
                        cold, warm, altered, alterations.toAltered(i, altered), alterations.isOfKey(i), load, what);
            }
            for (int length = 0; length < envelope.length; length++) {
                String what = "%d bytes of %d".formatted(length, envelope.length);
                boolean load = length % stride == first;
                byte[] cut = Arrays.copyOf(envelope, length);
                assertRefused(cold, warm, cut, alterations.toCut(length), false, load, what);
            }
            byte[] longer = Arrays.copyOf(envelope, envelope.length + 1);
            longer[envelope.length] = (byte) random.below(256);
            assertRefused(cold, warm, longer, alterations.toAppended(), false, true, random + ": a byte appended");

            List<byte[]> again = warm.open(envelope);
            assertThat(warm.lookup).as("the honest key is still there").isEqualTo(LookupResult.HIT);
            assertThat(again).hasSameSizeAs(honest);
            for (int i = 0; i < honest.size(); i++) {
                assertThat(again.get(i)).isEqualTo(honest.get(i));
            }
        }
    }

    private static void assertRefused(
            Reader cold, Reader warm, byte[] altered, Set<ErrorCode> right, boolean ofKey, boolean load, String what) {
        boolean withoutKey = Collections.disjoint(right, AFTER_A_LOAD);
        if (withoutKey || load) {
            cold.forgetAll();
            assertThat(right).as(what + ", cold").contains(cold.refuse(altered, what + ", cold,"));
            assertThat(cold.lookup).as("%s: no key is here", what).isNotEqualTo(LookupResult.HIT);
            if (right.equals(Alterations.FORGED)) {
                assertThat(cold.lookup).as("%s: its key was loaded", what).isEqualTo(LookupResult.MISS);
            }
        }
        if (withoutKey || load || !ofKey) {
            assertThat(right).as(what + ", warm").contains(warm.refuse(altered, what + ", warm,"));
            if (ofKey) {
                assertThat(warm.lookup).as("%s: another key", what).isNotEqualTo(LookupResult.HIT);
            } else if (right.equals(Alterations.FORGED)) {
                assertThat(warm.lookup).as("%s: the honest key", what).isEqualTo(LookupResult.HIT);
            }
        }
    }
}
