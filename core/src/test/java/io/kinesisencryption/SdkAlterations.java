// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is right for altered messages of the AWS Encryption SDK, where one of the encrypted data keys is the reader's, under a raw AES key. */
final class SdkAlterations extends Alterations {
    private static final int RECOGNISED_BYTES = 3;
    private static final int COMMITMENT_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int SIGNED_SUITE = 0x0578;
    private static final int OTHER_SUITE = 0x01;
    private static final long FINAL_FRAME = 0xFFFFFFFFL;

    /** A wrong length moves the kind of content, which has one value, or all that follows. */
    private static final Set<ErrorCode> MOVED = EnumSet.of(ErrorCode.MALFORMED_ENVELOPE, ErrorCode.UNSUPPORTED_PAYLOAD);

    /**
     * Walks a message.
     *
     * @param message an honest one
     * @param namespace that of the reader's key
     * @param keyName the name of the reader's key
     */
    SdkAlterations(byte[] message, String namespace, String keyName) {
        super(message);
        boolean signed = number(message, 1, 2) == SIGNED_SUITE;
        field(1, PLAINTEXT);
        int suite = at();
        // With or without a public key, neither suite takes what is the other's.
        field(1, altered -> (altered[suite] ^ message[suite]) == OTHER_SUITE ? MALFORMED : PLAINTEXT);
        field(1, PLAINTEXT);
        ofKeySince(0);
        field(32, FORGED);
        int context = at();
        context();
        int count = (int) number(2);
        field(2, MALFORMED);
        for (int i = 0; i < count; i++) {
            encryptedDataKey(message, namespace, keyName);
        }
        ofKeySince(context);
        field(1, UNSUPPORTED);
        frames(message);
        if (signed) {
            field(2, MALFORMED);
        }
        field(sizeBytes() - at(), FORGED);
    }

    private void encryptedDataKey(byte[] message, String namespace, String keyName) {
        int start = at() + 2;
        boolean own = namespace.equals(textOrNull(message, start, (int) number(2)));
        text(MALFORMED, other -> own ? NOT_CONFIGURED : FORGED);
        if (own) {
            field(2, MOVED);
            field(keyName.getBytes(StandardCharsets.UTF_8).length, NOT_CONFIGURED);
            // The sizes of tag and nonce, which the keyring takes for a part of the name, and the nonce.
            field(8, NOT_CONFIGURED);
            field(12, FORGED);
        } else {
            bytes(MOVED, FORGED);
        }
        bytes(MOVED, FORGED);
    }

    /** From the frame length on. */
    private void frames(byte[] message) {
        long frameSizeBytes = number(4);
        int frameSize = at();
        int first = frameSize + 4 + COMMITMENT_BYTES + TAG_BYTES;
        boolean oneFrame = number(message, first, 4) == FINAL_FRAME;
        long contentBytes = oneFrame ? number(message, first + 8 + NONCE_BYTES, 4) : frameSizeBytes;
        field(4, altered -> {
            long other = number(altered, frameSize, 4);
            // Of several frames the second is not where another length says that it is.
            return oneFrame && other > 0 && other >= contentBytes ? FORGED : MALFORMED;
        });
        field(COMMITMENT_BYTES + TAG_BYTES, FORGED);
        while (number(4) != FINAL_FRAME) {
            field(4, MALFORMED);
            field(NONCE_BYTES + frameSizeBytes + TAG_BYTES, FORGED);
        }
        field(8, MALFORMED);
        field(NONCE_BYTES, FORGED);
        long lastBytes = number(4);
        field(4, MALFORMED);
        field(lastBytes + TAG_BYTES, FORGED);
    }

    @Override
    boolean isRefused(List<byte[]> contextKeys) {
        Set<String> different = new HashSet<>();
        for (byte[] key : contextKeys) {
            different.add(new String(key, StandardCharsets.UTF_8));
        }
        return different.size() < contextKeys.size();
    }

    @Override
    public Set<ErrorCode> toCut(int length) {
        return length < RECOGNISED_BYTES ? PLAINTEXT : MALFORMED;
    }

    @Override
    public Set<ErrorCode> toAppended() {
        return MALFORMED;
    }
}
