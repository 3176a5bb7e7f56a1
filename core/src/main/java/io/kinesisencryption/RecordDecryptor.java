// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.EncryptionListener.Decrypted;
import io.kinesisencryption.EncryptionListener.Failure;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.error.UnsupportedEnvelopeException;
import io.kinesisencryption.internal.encryptionsdk.EncryptionSdkCipher;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import io.kinesisencryption.internal.envelope.EncryptionSdkMessage;
import io.kinesisencryption.internal.materials.ReaderContext;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.List;

/**
 * Opens records of one stream. Made by {@link KinesisEncryption#decryptor}, usable until that is closed. Needs no background thread.
 * Thread-safe.
 */
public final class RecordDecryptor {
    private final KinesisEncryption owner;
    private final StreamIdentity stream;
    private final ReaderContext required;

    RecordDecryptor(KinesisEncryption owner, StreamIdentity stream, ReaderContext required) {
        this.owner = owner;
        this.stream = stream;
        this.required = required;
    }

    /**
     * The stream whose records are opened.
     *
     * @return the stream
     */
    public StreamIdentity stream() {
        return stream;
    }

    /**
     * Opens one Kinesis record. Everything that can be refused without a key is refused before a key is asked for: the layout, the version and
     * suite, the stream, the required pairs, and wrapping keys that are not configured. Nothing is handed out before all of it is authenticated.
     *
     * @param record a record as it was read from the stream; its array is not changed
     * @return the user records in it, in order, each with its data in an array of its own; never empty
     * @throws KinesisEncryptionException if the record cannot be opened; see {@link KinesisEncryptionException#failureClass()} for what to do
     *     about it
     * @throws IllegalStateException if the owner is closed
     */
    public List<UserRecord> decrypt(KinesisRecord record) {
        EncryptionSdkCipher cipher = owner.cipher();
        try {
            byte[] envelope = record.data();
            byte[] payload = open(envelope, cipher);
            owner.events()
                    .onDecrypted(new Decrypted(
                            stream, EnvelopeFormat.AWS_ENCRYPTION_SDK, 1, payload.length, envelope.length));
            return List.of(UserRecord.of(record.partitionKey(), record.explicitHashKey(), payload));
        } catch (KinesisEncryptionException e) {
            owner.events().onFailure(new Failure(stream, Operation.DECRYPT, e));
            throw e;
        }
    }

    private byte[] open(byte[] envelope, EncryptionSdkCipher cipher) {
        if (!EncryptionSdkMessage.recognises(envelope)) {
            throw new PlaintextRecordException(
                    "The record's %d bytes of data are not an envelope, and plaintext is not accepted"
                            .formatted(envelope.length),
                    null);
        }
        EncryptionSdkMessage layout = EncryptionSdkMessage.parse(envelope);
        if (layout.suite().signed()) {
            throw new UnsupportedEnvelopeException(
                    ErrorCode.UNSUPPORTED_SUITE,
                    "The envelope's algorithm suite %s is not accepted".formatted(layout.suite()),
                    null);
        }
        required.check(layout.encryptionContext());
        checkKeys(layout);
        return cipher.decrypt(stream, envelope, layout);
    }

    private void checkKeys(EncryptionSdkMessage layout) {
        for (EncryptedDataKeyEntry key : layout.encryptedDataKeys()) {
            if (owner.keyring().recognises(key.providerId(), key.providerInfo())) {
                return;
            }
        }
        throw new PermanentKeyException(
                ErrorCode.KEY_NOT_CONFIGURED,
                "The record was sealed under %s, and this reader's keyring is %s"
                        .formatted(EnvelopeInfo.wrappingKeysOf(layout), owner.keyring()),
                null);
    }
}
