// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws from the caller: a metric must not cost a record. */
final class SafeProducerListener implements ProducerListener {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerListener.class);

    private final ProducerListener delegate;

    private SafeProducerListener(ProducerListener delegate) {
        this.delegate = delegate;
    }

    /** A listener that does not throw; {@link ProducerListener#NONE} stays itself. */
    static ProducerListener of(ProducerListener listener) {
        return listener == NONE ? NONE : new SafeProducerListener(listener);
    }

    @Override
    public void onRequestEncrypted(RequestEncrypted event) {
        tell(ProducerListener::onRequestEncrypted, event);
    }

    @Override
    public void onRequestSplit(RequestSplit event) {
        tell(ProducerListener::onRequestSplit, event);
    }

    @Override
    public void onPartFailed(PartFailed event) {
        tell(ProducerListener::onPartFailed, event);
    }

    @Override
    public void onRecordRefused(RecordRefused event) {
        tell(ProducerListener::onRecordRefused, event);
    }

    @Override
    public void onRecordLimitRead(RecordLimitRead event) {
        tell(ProducerListener::onRecordLimitRead, event);
    }

    @Override
    public void onRecordLimitUnknown(RecordLimitUnknown event) {
        tell(ProducerListener::onRecordLimitUnknown, event);
    }

    private <E> void tell(BiConsumer<ProducerListener, E> method, E event) {
        try {
            method.accept(delegate, event);
        } catch (Throwable e) {
            LOG.warn("A producer listener threw an exception", e);
        }
    }
}
