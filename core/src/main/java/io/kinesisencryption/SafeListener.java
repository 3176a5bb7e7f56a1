// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws from the caller: a metric must not cost a record. */
final class SafeListener implements EncryptionListener {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionListener.class);

    private final EncryptionListener delegate;

    SafeListener(EncryptionListener delegate) {
        this.delegate = delegate;
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

    private <E> void tell(BiConsumer<EncryptionListener, E> method, E event) {
        try {
            method.accept(delegate, event);
        } catch (Throwable e) {
            LOG.warn("An encryption listener threw an exception", e);
        }
    }
}
