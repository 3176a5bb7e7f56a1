// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.caching.KeyRetirement;
import io.kinesisencryption.error.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Remembers what it is told; hits only by their number. */
final class RecordedEvents implements KeyCacheEvents {
    final AtomicLong hits = new AtomicLong();
    final AtomicLong misses = new AtomicLong();
    final List<Object> all = Collections.synchronizedList(new ArrayList<>());

    <T> List<T> of(Class<T> type) {
        synchronized (all) {
            return all.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    List<KeyRetirement> retired() {
        return of(KeyRetired.class).stream().map(KeyRetired::reason).toList();
    }

    @Override
    public void onHit(Side side, Object identity) {
        hits.incrementAndGet();
    }

    @Override
    public void onMiss(Side side, Object identity) {
        misses.incrementAndGet();
    }

    @Override
    public void onRejected(Object identity, ErrorCode code) {
        all.add(code);
    }

    @Override
    public void onLoadStarted(LoadStarted event) {
        all.add(event);
    }

    @Override
    public void onLoadEnded(LoadEnded event) {
        all.add(event);
    }

    @Override
    public void onKeyInstalled(KeyInstalled event) {
        all.add(event);
    }

    @Override
    public void onKeyRetired(KeyRetired event) {
        all.add(event);
    }

    @Override
    public void onOldKeyUsed(OldKeyUsed event) {
        all.add(event);
    }

    @Override
    public void onFewRecords(FewRecords event) {
        all.add(event);
    }
}
