// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.caching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.kinesisencryption.Requirement;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyCacheOptionsTest {
    @Test
    void theDefaultsAreTheDesigns() {
        KeyCacheOptions options = KeyCacheOptions.DEFAULTS;
        assertThat(options.refreshAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(options.maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(options.maxRecordsPerKey()).isEqualTo(1L << 24);
        assertThat(options.maxBytesPerKey()).isEqualTo(1L << 38);
        assertThat(options.maxCachedKeys()).isEqualTo(100_000);
        assertThat(options.loadsPerSecond()).isEqualTo(50);
        assertThat(options.maxConcurrentLoads()).isEqualTo(16);
        assertThat(options.maxWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options)
                .hasToString("KeyCacheOptions[refreshAfter=PT5M, maxAge=PT1H, maxRecordsPerKey=16777216, "
                        + "maxBytesPerKey=274877906944, maxCachedKeys=100000, loadsPerSecond=50, maxConcurrentLoads=16, "
                        + "maxWait=PT30S]");
    }

    private static Arguments refused(UnaryOperator<KeyCacheOptions.Builder> change, String message) {
        return Arguments.of(change, message);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused(
                        b -> b.refreshAfter(Duration.ofMillis(999)),
                        "refreshAfter is PT0.999S; it must be from PT1S to PT24H"),
                refused(
                        b -> b.refreshAfter(Duration.ofSeconds(-5)),
                        "refreshAfter is PT-5S; it must be from PT1S to PT24H"),
                refused(
                        b -> b.maxAge(Duration.ofHours(24).plusNanos(1)),
                        "maxAge is PT24H0.000000001S; it must be from PT1S to PT24H"),
                refused(
                        b -> b.maxAge(Duration.ofMinutes(5)),
                        "maxAge is PT5M; with refreshAfter PT5M, which varies by 10 %, it must be at least PT5M30S"),
                refused(b -> b.maxRecordsPerKey(0), "maxRecordsPerKey is 0; it must be from 1 to 4294967296"),
                refused(
                        b -> b.maxRecordsPerKey((1L << 32) + 1),
                        "maxRecordsPerKey is 4294967297; it must be from 1 to 4294967296"),
                refused(
                        b -> b.maxBytesPerKey((1L << 24) - 1),
                        "maxBytesPerKey is 16777215; it must be from 16777216 to 4398046511104"),
                refused(
                        b -> b.maxBytesPerKey((1L << 42) + 1),
                        "maxBytesPerKey is 4398046511105; it must be from 16777216 to 4398046511104"),
                refused(b -> b.maxCachedKeys(0), "maxCachedKeys is 0; it must be from 1 to 10000000"),
                refused(b -> b.maxCachedKeys(10_000_001), "maxCachedKeys is 10000001; it must be from 1 to 10000000"),
                refused(b -> b.loadsPerSecond(0), "loadsPerSecond is 0; it must be from 1 to 10000"),
                refused(b -> b.loadsPerSecond(10_001), "loadsPerSecond is 10001; it must be from 1 to 10000"),
                refused(b -> b.maxConcurrentLoads(0), "maxConcurrentLoads is 0; it must be from 1 to 256"),
                refused(b -> b.maxConcurrentLoads(257), "maxConcurrentLoads is 257; it must be from 1 to 256"),
                refused(b -> b.maxWait(Duration.ofMillis(99)), "maxWait is PT0.099S; it must be from PT0.1S to PT10M"),
                refused(b -> b.maxWait(Duration.ofMinutes(11)), "maxWait is PT11M; it must be from PT0.1S to PT10M"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refused")
    @Requirement("M29")
    void aValueOutOfItsRangeIsRefusedWithItsNameAndItsRange(
            UnaryOperator<KeyCacheOptions.Builder> change, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(KeyCacheOptions.builder()).build())
                .withMessage(message);
    }

    @Test
    void theLimitsThemselvesAreAccepted() {
        KeyCacheOptions.builder()
                .refreshAfter(Duration.ofSeconds(1))
                .maxAge(Duration.ofMillis(1_100))
                .maxRecordsPerKey(1L << 32)
                .maxBytesPerKey(1L << 42)
                .maxCachedKeys(10_000_000)
                .loadsPerSecond(10_000)
                .maxConcurrentLoads(256)
                .maxWait(Duration.ofMillis(100))
                .build();
    }

    @Test
    void nullsAreRefusedAtOnce() {
        assertThatNullPointerException()
                .isThrownBy(() -> KeyCacheOptions.builder().maxWait(null));
        assertThatNullPointerException()
                .isThrownBy(() -> KeyCacheOptions.builder().maxAge(null));
        assertThatNullPointerException()
                .isThrownBy(() -> KeyCacheOptions.builder().refreshAfter(null));
    }
}
