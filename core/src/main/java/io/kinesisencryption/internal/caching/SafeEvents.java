// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.internal.logging.SafeLog;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a sink throws from the caches: a metric must not cost a record. */
final class SafeEvents implements KeyCacheEvents {
    private static final Logger LOG = LoggerFactory.getLogger(KeyCacheEvents.class);

    private final KeyCacheEvents delegate;

    SafeEvents(KeyCacheEvents delegate) {
        this.delegate = delegate;
    }

    @Override
    public void onHit(Side side, Object identity) {
        try {
            delegate.onHit(side, identity);
        } catch (Throwable e) {
            warn(e);
        }
    }

    @Override
    public void onMiss(Side side, Object identity) {
        try {
            delegate.onMiss(side, identity);
        } catch (Throwable e) {
            warn(e);
        }
    }

    @Override
    public void onRejected(Object identity, ErrorCode code) {
        try {
            delegate.onRejected(identity, code);
        } catch (Throwable e) {
            warn(e);
        }
    }

    @Override
    public void onLoadStarted(LoadStarted event) {
        tell(KeyCacheEvents::onLoadStarted, event);
    }

    @Override
    public void onLoadEnded(LoadEnded event) {
        tell(KeyCacheEvents::onLoadEnded, event);
    }

    @Override
    public void onKeyInstalled(KeyInstalled event) {
        tell(KeyCacheEvents::onKeyInstalled, event);
    }

    @Override
    public void onKeyRetired(KeyRetired event) {
        tell(KeyCacheEvents::onKeyRetired, event);
    }

    @Override
    public void onOldKeyUsed(OldKeyUsed event) {
        tell(KeyCacheEvents::onOldKeyUsed, event);
    }

    @Override
    public void onFewRecords(FewRecords event) {
        tell(KeyCacheEvents::onFewRecords, event);
    }

    private <E> void tell(BiConsumer<KeyCacheEvents, E> method, E event) {
        try {
            method.accept(delegate, event);
        } catch (Throwable e) {
            warn(e);
        }
    }

    private static void warn(Throwable e) {
        SafeLog.warnOf(LOG, "A listener of the data-key caches", e);
    }
}
