// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of an AWS KMS operation as the service sees it, without any secret: what the condition of a {@link KmsFault} and the listener of
 * {@link InMemoryKms#onEachCall} are given.
 *
 * @param operation the operation's name, such as {@code GenerateDataKey}
 * @param principal the name the calling client was made with
 * @param region the region the calling client works in, such as {@code us-east-1}
 * @param keyId the key as the request names it (ARN, key id or alias); null where the request names none. For {@code ReEncrypt} it is the
 *     destination key
 * @param encryptionContext the request's encryption context; empty where there is none. For {@code ReEncrypt} it is the source context
 */
public record KmsCall(
        String operation,
        String principal,
        String region,
        @Nullable String keyId,
        Map<String, String> encryptionContext) {

    /** Copies the encryption context. */
    public KmsCall {
        requireNonNull(operation, "operation");
        requireNonNull(principal, "principal");
        requireNonNull(region, "region");
        encryptionContext = Map.copyOf(encryptionContext);
    }
}
