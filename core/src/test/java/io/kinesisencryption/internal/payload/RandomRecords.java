// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.SeededRandom;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Random user records as several tests need them. */
final class RandomRecords {
    private static final String[] ALPHABETS = {
        "abcdefghijklmnopqrstuvwxyz0123456789?-", "äöüß\u00FFé", "漢字かな\uFFFDабв\u0800\uFFFF", "😀🎉𝄞"
    };

    private final SeededRandom random;

    RandomRecords(SeededRandom random) {
        this.random = random;
    }

    /** A partition key of 1 to 256 characters, mostly short and of ASCII. */
    String key() {
        String alphabet = ALPHABETS[random.below(4) == 0 ? random.below(ALPHABETS.length) : 0];
        int codePoints = alphabet.codePointCount(0, alphabet.length());
        int length = 1 + random.below(random.below(8) == 0 ? 128 : 20);
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < length; i++) {
            key.appendCodePoint(alphabet.codePointAt(alphabet.offsetByCodePoints(0, random.below(codePoints))));
        }
        return key.toString();
    }

    String explicitHashKey() {
        return new BigInteger(1, random.bytes(16)).toString();
    }

    byte[] data() {
        return random.bytes(random.below(random.below(10) == 0 ? 40_000 : 300));
    }

    List<AggregatedUserRecord> list(int count, boolean withTags) {
        List<String> keys = new ArrayList<>();
        List<String> hashKeys = new ArrayList<>();
        int distinct = 1 + random.below(count);
        for (int i = 0; i < distinct; i++) {
            keys.add(key());
            hashKeys.add(explicitHashKey());
        }
        boolean hashed = random.below(2) == 0;
        List<AggregatedUserRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String hashKey = hashed && random.below(2) == 0 ? hashKeys.get(random.below(distinct)) : null;
            List<AggregateTag> tags = new ArrayList<>();
            for (int tag = withTags ? random.below(3) : 0; tag > 0; tag--) {
                tags.add(new AggregateTag(key(), random.below(2) == 0 ? null : key()));
            }
            records.add(AggregatedUserRecord.of(keys.get(random.below(distinct)), hashKey, data(), tags));
        }
        return records;
    }

    static void assertSame(
            List<AggregatedUserRecord> actual, List<AggregatedUserRecord> expected, SeededRandom random) {
        assertThat(actual).as(random.toString()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            AggregatedUserRecord record = actual.get(i);
            AggregatedUserRecord wanted = expected.get(i);
            assertThat(record.partitionKey()).as("%s", random).isEqualTo(wanted.partitionKey());
            assertThat(record.explicitHashKey()).as("%s", random).isEqualTo(wanted.explicitHashKey());
            assertThat(record.data()).as("%s", random).isEqualTo(wanted.data());
            assertThat(record.tags()).as("%s", random).isEqualTo(wanted.tags());
        }
    }
}
