// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/** The service's limits on a request's parts, from the request tables of the AWS KMS API reference. */
final class Limits {
    static final int MAX_KEY_ID_LENGTH = 2048;
    static final int MAX_PLAINTEXT_SIZE_BYTES = 4096;
    static final int MAX_CIPHERTEXT_SIZE_BYTES = 6144;
    static final int MAX_RANDOM_SIZE_BYTES = 1024;
    static final int MIN_DELETION_WAIT_DAYS = 7;
    static final int MAX_DELETION_WAIT_DAYS = 30;

    /** The reference gives no number; this is the length that the service has been seen to refuse above. */
    static final int MAX_CONTEXT_SIZE_BYTES = 8192;

    private Limits() {}

    static void requireKeyId(Caller caller, String keyId) {
        requireRange(caller, "keyId", "length", keyId.length(), 1, MAX_KEY_ID_LENGTH);
    }

    static <T> T requirePresent(Caller caller, String member, @Nullable T value) {
        if (value == null) {
            throw KmsErrors.validation(
                    caller,
                    "1 validation error detected: Value null at '" + member
                            + "' failed to satisfy constraint: Member must not be null");
        }
        return value;
    }

    static byte[] requireBytes(Caller caller, String member, @Nullable SdkBytes bytes, int maxSizeBytes) {
        byte[] array = requirePresent(caller, member, bytes).asByteArray();
        requireRange(caller, member, "length", array.length, 1, maxSizeBytes);
        return array;
    }

    static void requireRange(Caller caller, String member, String what, int value, int min, int max) {
        if (value < min || value > max) {
            String bound = value < min ? "greater than or equal to " + min : "less than or equal to " + max;
            throw KmsErrors.validation(
                    caller,
                    "1 validation error detected: Value at '" + member + "' (" + value
                            + ") failed to satisfy constraint: Member must have " + what + " " + bound);
        }
    }

    /** Names the total only: an encryption context is no secret, but it may be long. */
    static void requireContext(Caller caller, Map<String, String> context) {
        long sizeBytes = 0;
        for (Map.Entry<String, String> pair : context.entrySet()) {
            String value = requirePresent(caller, "encryptionContext", pair.getValue());
            sizeBytes += pair.getKey().getBytes(UTF_8).length + value.getBytes(UTF_8).length;
        }
        if (sizeBytes > MAX_CONTEXT_SIZE_BYTES) {
            throw KmsErrors.validation(
                    caller,
                    "The encryption context has " + sizeBytes + " bytes; it must have at most "
                            + MAX_CONTEXT_SIZE_BYTES);
        }
    }
}
