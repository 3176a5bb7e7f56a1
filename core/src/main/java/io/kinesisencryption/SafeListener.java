// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.logging.SafeLog;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws from the caller: a metric must not cost a record. */
final class SafeListener implements EncryptionListener {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionListener.class);

    private final EncryptionListener delegate;

    private SafeListener(EncryptionListener delegate) {
        this.delegate = delegate;
    }

    /** A listener that does not throw; {@link EncryptionListener#NONE} stays itself. */
    static EncryptionListener of(EncryptionListener listener) {
        return listener == NONE ? NONE : new SafeListener(listener);
    }

    @Override
    public void onEncrypted(Encrypted event) {
        tell(EncryptionListener::onEncrypted, event);
    }

    @Override
    public void onDecrypted(Decrypted event) {
        tell(EncryptionListener::onDecrypted, event);
    }

    @Override
    public void onFailure(Failure event) {
        tell(EncryptionListener::onFailure, event);
    }

    @Override
    public void onKeyLookup(KeyLookup event) {
        tell(EncryptionListener::onKeyLookup, event);
    }

    @Override
    public void onKeyLoadStarted(KeyLoadStarted event) {
        tell(EncryptionListener::onKeyLoadStarted, event);
    }

    @Override
    public void onKeyLoadEnded(KeyLoadEnded event) {
        tell(EncryptionListener::onKeyLoadEnded, event);
    }

    @Override
    public void onKeyInstalled(KeyInstalled event) {
        tell(EncryptionListener::onKeyInstalled, event);
    }

    @Override
    public void onKeyRetired(KeyRetired event) {
        tell(EncryptionListener::onKeyRetired, event);
    }

    @Override
    public void onOldKeyUsed(OldKeyUsed event) {
        tell(EncryptionListener::onOldKeyUsed, event);
    }

    @Override
    public void onFewRecordsPerKey(FewRecordsPerKey event) {
        tell(EncryptionListener::onFewRecordsPerKey, event);
    }

    private <E> void tell(BiConsumer<EncryptionListener, E> method, E event) {
        try {
            method.accept(delegate, event);
        } catch (Throwable e) {
            SafeLog.warnOf(LOG, "An encryption listener", e);
        }
    }
}
