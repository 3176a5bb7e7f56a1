// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.micrometer;

import io.kinesisencryption.EncryptionListener;
import io.kinesisencryption.EncryptionListener.Decrypted;
import io.kinesisencryption.EncryptionListener.Encrypted;
import io.kinesisencryption.EncryptionListener.Failure;
import io.kinesisencryption.EncryptionListener.FewRecordsPerKey;
import io.kinesisencryption.EncryptionListener.KeyInstalled;
import io.kinesisencryption.EncryptionListener.KeyLoadEnded;
import io.kinesisencryption.EncryptionListener.KeyLoadStarted;
import io.kinesisencryption.EncryptionListener.KeyLookup;
import io.kinesisencryption.EncryptionListener.KeyRetired;
import io.kinesisencryption.EncryptionListener.LookupResult;
import io.kinesisencryption.EncryptionListener.OldKeyUsed;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.Samples;
import io.kinesisencryption.caching.KeyLoadReason;
import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.time.Duration;

/** Tells a listener each event there is, once. */
final class EveryEvent {
    private EveryEvent() {}

    static void tell(EncryptionListener listener) {
        EnvelopeFormat format = EnvelopeFormat.COMPACT;
        Duration second = Duration.ofSeconds(1);
        listener.onEncrypted(new Encrypted(Samples.ORDERS, format, 1, 10, 20));
        listener.onDecrypted(new Decrypted(Samples.ORDERS, format, 1, 10, 20));
        listener.onFailure(
                new Failure(Samples.ORDERS, Operation.DECRYPT, new PlaintextRecordException("not an envelope", null)));
        listener.onKeyLookup(new KeyLookup(Operation.ENCRYPT, format, LookupResult.HIT));
        listener.onKeyLoadStarted(new KeyLoadStarted(Operation.ENCRYPT, format, KeyLoadReason.MISS));
        listener.onKeyLoadEnded(new KeyLoadEnded(Operation.ENCRYPT, format, KeyLoadReason.MISS, second, null));
        listener.onKeyInstalled(new KeyInstalled(format, "a writer", 1, second, second, second));
        listener.onKeyRetired(new KeyRetired(Operation.ENCRYPT, format, 1, KeyRetirement.REPLACED, second, 1, 100));
        listener.onOldKeyUsed(new OldKeyUsed(format, "a writer", second, second, ErrorCode.KEY_UNAVAILABLE));
        listener.onFewRecordsPerKey(new FewRecordsPerKey(format, "a writer", 1, 100));
    }
}
