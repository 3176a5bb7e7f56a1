// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.ErrorCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What is right for altered envelopes of COMPACT, where the key service gives the honest data key for any encrypted data keys that it is asked for. */
public final class CompactAlterations extends Alterations {
    private static final int MAGIC_BYTES = 3;
    private static final int NONCE_AND_TAG_BYTES = 12 + 16;
    private static final int RESERVED_FLAGS = 0xF8;
    private static final int FLAG_BOUND = 4;

    private final int nonceOffset;

    /**
     * Walks an envelope.
     *
     * @param envelope an honest one
     * @param hasPartitionKey whether its record has a partition key
     * @param ofAccount whether the reader's keyring takes the encrypted data keys of one AWS account only, and the envelope's is the only one and
     *     of that account; if not, the keyring takes any
     */
    public CompactAlterations(byte[] envelope, boolean hasPartitionKey, boolean ofAccount) {
        super(envelope);
        field(MAGIC_BYTES, PLAINTEXT);
        field(1, EnumSet.of(ErrorCode.UNSUPPORTED_VERSION));
        field(1, EnumSet.of(ErrorCode.UNSUPPORTED_SUITE));
        ofKeySince(0);
        int flags = at();
        field(1, altered -> {
            if ((altered[flags] & RESERVED_FLAGS) != 0) {
                return UNSUPPORTED;
            }
            return (altered[flags] & FLAG_BOUND) != 0 && !hasPartitionKey
                    ? EnumSet.of(ErrorCode.PARTITION_KEY_MISSING)
                    : FORGED;
        });
        int commitment = at();
        field(32, FORGED);
        context();
        int count = (int) number(1);
        field(1, MALFORMED);
        for (int i = 0; i < count; i++) {
            encryptedDataKey(ofAccount);
        }
        ofKeySince(commitment);
        nonceOffset = at();
        field(sizeBytes() - nonceOffset, FORGED);
    }

    private void encryptedDataKey(boolean ofAccount) {
        // A wrong length moves the next ones into text or random bytes: the key rarely ends where an envelope still
        // can.
        EnumSet<ErrorCode> moved = EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.AUTHENTICATION_FAILED);
        text(MALFORMED, other -> ofAccount ? NOT_CONFIGURED : FORGED);
        bytes(
                ofAccount ? EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.KEY_NOT_CONFIGURED) : moved,
                ofAccount ? EnumSet.of(ErrorCode.KEY_NOT_CONFIGURED, ErrorCode.AUTHENTICATION_FAILED) : FORGED);
        bytes(moved, FORGED);
    }

    @Override
    boolean isRefused(List<byte[]> contextKeys) {
        for (int i = 1; i < contextKeys.size(); i++) {
            if (Arrays.compareUnsigned(contextKeys.get(i - 1), contextKeys.get(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Set<ErrorCode> toCut(int length) {
        if (length < MAGIC_BYTES) {
            return PLAINTEXT;
        }
        return length < nonceOffset + NONCE_AND_TAG_BYTES ? MALFORMED : FORGED;
    }

    @Override
    public Set<ErrorCode> toAppended() {
        return FORGED;
    }
}
