// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.producer.ProducerListener.PartFailed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done about the failure of a call that was not the first of its request. */
final class PartFailures {
    private static final Logger LOG = LoggerFactory.getLogger(PartFailures.class);

    private PartFailures() {}

    /** Fills the answer with failures, and tells the cause, which the caller does not see. */
    static void tell(ClientSettings settings, StreamIdentity stream, Put<?, ?> put, int call, Throwable cause) {
        put.failed(call, cause);
        int notSent = 0;
        for (int i = call + 1; i < put.calls(); i++) {
            notSent += put.recordsOf(i);
        }
        LOG.warn(
                "Call {} of the {} that carried a request to the stream {} failed; it was answered with {} failed records, {} more were not sent",
                call + 1,
                put.calls(),
                stream,
                put.recordsOf(call),
                notSent,
                cause);
        settings.listener()
                .tell(
                        ProducerListener::onPartFailed,
                        new PartFailed(stream, call + 1, put.calls(), put.recordsOf(call), notSent, cause));
    }
}
