// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.EncryptionListener.FewRecordsPerKey;
import io.kinesisencryption.EncryptionListener.KeyLoadEnded;
import io.kinesisencryption.EncryptionListener.KeyLoadStarted;
import io.kinesisencryption.EncryptionListener.KeyLookup;
import io.kinesisencryption.EncryptionListener.LookupResult;
import io.kinesisencryption.EncryptionListener.Operation;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.caching.KeyCacheEvents;
import io.kinesisencryption.suite.EnvelopeFormat;

/** Tells the listener of the application what the caches of one format do. Thread-safe. */
final class KeyCacheListener implements KeyCacheEvents {
    private final EncryptionListener listener;
    private final EnvelopeFormat format;

    /** The listener must not throw. */
    KeyCacheListener(EncryptionListener listener, EnvelopeFormat format) {
        this.listener = listener;
        this.format = format;
    }

    @Override
    public void onHit(Side side, Object identity) {
        listener.onKeyLookup(new KeyLookup(operation(side), format, LookupResult.HIT));
    }

    @Override
    public void onMiss(Side side, Object identity) {
        listener.onKeyLookup(new KeyLookup(operation(side), format, LookupResult.MISS));
    }

    @Override
    public void onRejected(Object identity, ErrorCode code) {
        listener.onKeyLookup(new KeyLookup(Operation.DECRYPT, format, LookupResult.REJECTED));
    }

    @Override
    public void onLoadStarted(LoadStarted event) {
        listener.onKeyLoadStarted(new KeyLoadStarted(operation(event.side()), format, event.reason()));
    }

    @Override
    public void onLoadEnded(LoadEnded event) {
        listener.onKeyLoadEnded(
                new KeyLoadEnded(operation(event.side()), format, event.reason(), event.duration(), event.failure()));
    }

    @Override
    public void onKeyInstalled(KeyInstalled event) {
        listener.onKeyInstalled(new EncryptionListener.KeyInstalled(
                format,
                event.identity().toString(),
                event.number(),
                event.age(),
                event.refreshAfter(),
                event.maxAge()));
    }

    @Override
    public void onKeyRetired(KeyRetired event) {
        listener.onKeyRetired(new EncryptionListener.KeyRetired(
                operation(event.side()),
                format,
                event.number(),
                event.reason(),
                event.age(),
                event.records(),
                event.bytes()));
    }

    @Override
    public void onOldKeyUsed(OldKeyUsed event) {
        listener.onOldKeyUsed(new EncryptionListener.OldKeyUsed(
                format, event.identity().toString(), event.age(), event.timeLeft(), event.failure()));
    }

    @Override
    public void onFewRecords(FewRecords event) {
        listener.onFewRecordsPerKey(
                new FewRecordsPerKey(format, event.identity().toString(), event.records(), event.expected()));
    }

    private static Operation operation(Side side) {
        return side == Side.ENCRYPTION ? Operation.ENCRYPT : Operation.DECRYPT;
    }
}
