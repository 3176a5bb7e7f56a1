// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

/** A record is known as encrypted for as long as its call is under way, however that ends. */
class SealedCallsTest {
    private final SdkBytes sealed = SdkBytes.fromUtf8String("an envelope");
    private final SdkBytes alike = SdkBytes.fromUtf8String("an envelope");

    @Test
    void duringACallTheVeryArrayIsKnownAndNoOtherOne() {
        boolean known = SealedCalls.during(sealed, () -> {
            assertThat(SealedCalls.contains(alike)).isFalse();
            return SealedCalls.contains(SdkBytes.fromByteArrayUnsafe(sealed.asByteArrayUnsafe()));
        });

        assertThat(known).isTrue();
        assertThat(SealedCalls.contains(sealed)).isFalse();
        assertThat(SealedCalls.contains(null)).isFalse();
    }

    @Test
    void aCallThatFailsIsForgotten() {
        assertThatThrownBy(() -> SealedCalls.during(sealed, () -> {
                    throw new IllegalStateException("a bug");
                }))
                .hasMessage("a bug");
        assertThat(SealedCalls.contains(sealed)).isFalse();

        assertThatThrownBy(() -> SealedCalls.until(sealed, () -> {
                    throw new AssertionError("a bug");
                }))
                .hasMessage("a bug");
        assertThat(SealedCalls.contains(sealed)).isFalse();

        assertThat(SealedCalls.until(sealed, () -> null)).isNull();
        assertThat(SealedCalls.contains(sealed)).isFalse();
    }

    @Test
    void anAsynchronousCallIsKnownUntilItsFutureIsDoneOrCancelled() {
        CompletableFuture<String> answered = new CompletableFuture<>();
        assertThat(SealedCalls.until(sealed, () -> answered)).isSameAs(answered);
        assertThat(SealedCalls.contains(sealed)).isTrue();
        answered.complete("yes");
        assertThat(SealedCalls.contains(sealed)).isFalse();

        CompletableFuture<String> cancelled = new CompletableFuture<>();
        var unused = SealedCalls.until(sealed, () -> cancelled);
        assertThat(SealedCalls.contains(sealed)).isTrue();
        cancelled.cancel(true);
        assertThat(SealedCalls.contains(sealed)).isFalse();
    }
}
