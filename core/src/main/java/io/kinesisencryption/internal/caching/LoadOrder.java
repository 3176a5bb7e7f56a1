// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import io.kinesisencryption.internal.caching.KeyLoads.Kind;
import io.kinesisencryption.internal.caching.KeyLoads.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The loads that wait and the further calls of those that have begun, and who of them goes first: see {@link KeyLoads}. Not thread-safe. */
final class LoadOrder {
    /** Beyond this many waiting loads, only groups that have few of them get room for more: memory is bounded, and nobody is shut out. */
    private static final int MANY_WAITING = 10_000;

    private static final int FEW_WAITING = 16;

    /** So many loads of keys that were opened here go before one that never was, if both kinds wait. */
    private static final int KNOWN_BEFORE_NEW = 3;

    /** How many loads of known keys may be due at most, for calls that loads of new ones made. */
    private static final int MOST_KNOWN_DUE = 64;

    private final FairQueue<Waiting> encryption = new FairQueue<>();
    private final FairQueue<Waiting> known = new FairQueue<>();
    private final FairQueue<Waiting> unknown = new FairQueue<>();
    private final Deque<CompletableFuture<Boolean>> encryptionCalls = new ArrayDeque<>();
    private final Deque<CompletableFuture<Boolean>> decryptionCalls = new ArrayDeque<>();
    private final int maxWaitingPerGroup;
    private int knownDue = KNOWN_BEFORE_NEW;

    /**
     * Makes an empty one.
     *
     * @param mostInTime how many can begin before their time is up: what is further back need not wait
     */
    LoadOrder(long mostInTime) {
        this.maxWaitingPerGroup = (int) Math.min(MANY_WAITING, mostInTime);
    }

    boolean hasRoom(Kind kind, Object group) {
        FairQueue<Waiting> queue = queueOf(kind);
        return kind == Kind.ENCRYPTION
                || queue.sizeOf(group) < (queue.size() < MANY_WAITING ? maxWaitingPerGroup : FEW_WAITING);
    }

    int sizeOf(Kind kind, Object group) {
        return queueOf(kind).sizeOf(group);
    }

    void add(Waiting waiting) {
        queueOf(waiting.kind()).add(waiting.group(), waiting);
    }

    boolean hasEncryption() {
        return !encryption.isEmpty();
    }

    boolean hasDecryption() {
        return !(known.isEmpty() && unknown.isEmpty());
    }

    @Nullable
    Waiting pollEncryption() {
        return encryption.poll();
    }

    @Nullable
    Waiting pollDecryption() {
        if (known.isEmpty()) {
            return unknown.poll();
        }
        if (unknown.isEmpty()) {
            // What is due beyond the usual is worked off all the same.
            knownDue = knownDue > KNOWN_BEFORE_NEW ? knownDue - 1 : knownDue;
        } else if (knownDue > 0) {
            knownDue--;
        } else {
            knownDue = KNOWN_BEFORE_NEW;
            return unknown.poll();
        }
        Waiting first = known.poll();
        if (known.isEmpty()) {
            // No known one is kept waiting, so nothing beyond the usual is due. Less than that stays less: known ones
            // that come one by one would otherwise all go before a new one.
            knownDue = Math.min(knownDue, KNOWN_BEFORE_NEW);
        }
        return first;
    }

    /** A load makes a call more than the one that its turn was for: its group and its kind have had a turn more. */
    void chargeCall(Kind kind, Object group) {
        if (kind == Kind.ENCRYPTION) {
            return;
        }
        queueOf(kind).missTurn(group);
        if (kind == Kind.NEW && !known.isEmpty()) {
            knownDue = Math.min(knownDue + KNOWN_BEFORE_NEW, MOST_KNOWN_DUE);
        }
    }

    /** A further call, which completes with whether it may be made. */
    CompletableFuture<Boolean> addCall(Kind kind, Object group) {
        CompletableFuture<Boolean> call = new CompletableFuture<>();
        callsOf(kind).add(call);
        chargeCall(kind, group);
        return call;
    }

    void removeCall(Kind kind, CompletableFuture<Boolean> call) {
        callsOf(kind).removeIf(waiting -> waiting == call);
    }

    boolean hasCalls() {
        return !(encryptionCalls.isEmpty() && decryptionCalls.isEmpty());
    }

    @Nullable
    CompletableFuture<Boolean> pollEncryptionCall() {
        return encryptionCalls.poll();
    }

    @Nullable
    CompletableFuture<Boolean> pollDecryptionCall() {
        return decryptionCalls.poll();
    }

    List<CompletableFuture<Boolean>> removeAllCalls() {
        List<CompletableFuture<Boolean>> all = new ArrayList<>(encryptionCalls);
        all.addAll(decryptionCalls);
        encryptionCalls.clear();
        decryptionCalls.clear();
        return all;
    }

    List<Waiting> removeAll() {
        List<Waiting> all = new ArrayList<>();
        for (FairQueue<Waiting> queue : List.of(encryption, known, unknown)) {
            for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
                all.add(waiting);
            }
        }
        return all;
    }

    private Deque<CompletableFuture<Boolean>> callsOf(Kind kind) {
        return kind == Kind.ENCRYPTION ? encryptionCalls : decryptionCalls;
    }

    private FairQueue<Waiting> queueOf(Kind kind) {
        return switch (kind) {
            case ENCRYPTION -> encryption;
            case KNOWN -> known;
            case NEW -> unknown;
        };
    }
}
