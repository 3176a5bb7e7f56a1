// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.caching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class BoundedMapTest {
    private static final class Node extends BoundedMap.Node<Integer, Void, Node> {
        Node(int identity) {
            super(identity, null);
        }
    }

    /** SIEVE as its paper tells it, on a list from the oldest to the newest, without any cleverness. */
    private static final class Model {
        private static final class Item {
            final Node node;
            boolean used;

            Item(Node node) {
                this.node = node;
            }
        }

        private final int maxEntries;
        private final List<Item> items = new ArrayList<>();
        private int hand;

        Model(int maxEntries) {
            this.maxEntries = maxEntries;
        }

        private int find(int identity) {
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i).node.identity == identity) {
                    return i;
                }
            }
            return -1;
        }

        Node get(int identity) {
            int i = find(identity);
            if (i < 0) {
                return null;
            }
            items.get(i).used = true;
            return items.get(i).node;
        }

        private Node removeAt(int i) {
            Node removed = items.remove(i).node;
            if (i < hand) {
                hand--;
            }
            // A hand that has passed the newest begins again with the oldest, and not with what is new by then.
            hand = hand >= items.size() ? 0 : hand;
            return removed;
        }

        List<Node> put(Node node) {
            List<Node> removed = new ArrayList<>();
            int present = find(node.identity);
            if (present >= 0) {
                removed.add(removeAt(present));
            }
            insert(node, removed);
            return removed;
        }

        private void insert(Node node, List<Node> removed) {
            if (items.size() >= maxEntries) {
                while (true) {
                    hand = hand >= items.size() ? 0 : hand;
                    if (!items.get(hand).used) {
                        break;
                    }
                    items.get(hand++).used = false;
                }
                removed.add(removeAt(hand));
            }
            items.add(new Item(node));
        }

        Node putIfAbsent(Node node, List<Node> removed) {
            int present = find(node.identity);
            if (present >= 0) {
                return items.get(present).node;
            }
            insert(node, removed);
            return node;
        }

        boolean remove(Node node) {
            int i = find(node.identity);
            if (i < 0 || items.get(i).node != node) {
                return false;
            }
            removeAt(i);
            return true;
        }

        void removeIf(Predicate<Node> test) {
            for (int i = items.size() - 1; i >= 0; i--) {
                if (test.test(items.get(i).node)) {
                    removeAt(i);
                }
            }
        }

        Collection<Node> all() {
            return items.stream().map(item -> item.node).toList();
        }
    }

    @Test
    void itDoesWhatTheSimplestImplementationDoes() {
        long base = Long.getLong("test.seed", System.nanoTime());
        for (long seed = base; seed < base + 1_000; seed++) {
            Random random = new Random(seed);
            // Now and then so many that the table grows, or so alike that they meet in one bucket of it.
            int maxEntries = 1 + random.nextInt(random.nextInt(4) == 0 ? 60 : 12);
            int stride = random.nextInt(4) == 0 ? 1 << random.nextInt(20) : 1;
            BoundedMap<Integer, Node> map = new BoundedMap<>(maxEntries);
            Model model = new Model(maxEntries);
            for (int step = 0; step < 300; step++) {
                int identity = stride * random.nextInt(maxEntries + 10);
                step(random, identity, map, model, "-Dtest.seed=%d, step %d".formatted(seed, step));
            }
        }
    }

    private static void step(Random random, int identity, BoundedMap<Integer, Node> map, Model model, String where) {
        List<Node> removed = new ArrayList<>();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                Node node = new Node(identity);
                assertThat(map.put(node, map.epoch(), removed)).as(where).isTrue();
                assertThat(removed).as(where).containsExactlyElementsOf(model.put(node));
            }
            case 4, 5, 6 -> {
                Node node = new Node(identity);
                List<Node> expected = new ArrayList<>();
                assertThat(map.putIfAbsent(node, removed)).as(where).isSameAs(model.putIfAbsent(node, expected));
                assertThat(removed).as(where).containsExactlyElementsOf(expected);
            }
            case 7 -> {
                Node node = random.nextBoolean() ? new Node(identity) : map.peek(identity);
                if (node != null) {
                    assertThat(map.remove(node)).as(where).isEqualTo(model.remove(node));
                }
            }
            case 8 -> {
                if (random.nextInt(8) == 0) {
                    map.removeIf(node -> node.identity % 3 == 1);
                    model.removeIf(node -> node.identity % 3 == 1);
                }
            }
            default ->
                assertThat(random.nextBoolean() ? map.get(identity) : map.getQuickly(identity))
                        .as(where)
                        .isSameAs(model.get(identity));
        }
        assertThat(map.all()).as(where).containsExactlyElementsOf(model.all());
        assertThat(map.size()).as(where).isEqualTo(model.items.size()).isLessThanOrEqualTo(model.maxEntries);
    }

    @Test
    void whatWasBegunBeforeAClearIsNotAddedAfterIt() {
        BoundedMap<Integer, Node> map = new BoundedMap<>(3);
        long epoch = map.epoch();
        map.clear(new ArrayList<>());
        assertThat(map.put(new Node(1), epoch, new ArrayList<>())).isFalse();
        assertThat(map.put(new Node(1), map.epoch(), new ArrayList<>())).isTrue();
    }

    @Test
    void aClosedMapTakesNothing() {
        BoundedMap<Integer, Node> map = new BoundedMap<>(3);
        Node node = new Node(1);
        map.putIfAbsent(node, new ArrayList<>());
        List<Node> removed = new ArrayList<>();
        map.close(removed);
        assertThat(removed).containsExactly(node);
        assertThat(map.putIfAbsent(new Node(2), new ArrayList<>())).isNull();
        assertThat(map.put(new Node(2), map.epoch(), new ArrayList<>())).isFalse();
        assertThat(map.size()).isZero();
    }

    @Test
    void whatIsAskedForOnceDoesNotDriveOutWhatIsInUse() {
        BoundedMap<Integer, Node> map = new BoundedMap<>(100);
        for (int i = 0; i < 50; i++) {
            map.put(new Node(i), 0, new ArrayList<>());
        }
        for (int i = 1_000; i < 100_000; i++) {
            map.put(new Node(i), 0, new ArrayList<>());
            map.get(i % 50);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(map.peek(i)).isNotNull();
        }
    }

    @Test
    void anEntryThatStaysIsFoundWhileTheTableGrowsAndOthersComeAndGo() throws Exception {
        int staying = 10;
        int readers = 3;
        ExecutorService threads = Executors.newFixedThreadPool(readers);
        try {
            for (int round = 0; round < 8; round++) {
                BoundedMap<Integer, Node> map = new BoundedMap<>(100_000);
                List<Node> stay = new ArrayList<>();
                for (int i = 0; i < staying; i++) {
                    // All in one bucket, until there are more than 1,024 of them.
                    stay.add(new Node(i << 10));
                    map.putIfAbsent(stay.get(i), new ArrayList<>());
                }
                AtomicBoolean written = new AtomicBoolean();
                CountDownLatch reading = new CountDownLatch(readers);
                List<Future<Integer>> notFound = new ArrayList<>();
                for (int reader = 0; reader < readers; reader++) {
                    notFound.add(threads.submit(() -> {
                        int missing = 0;
                        reading.countDown();
                        do {
                            for (Node node : stay) {
                                missing += map.get(node.identity) == node ? 0 : 1;
                            }
                        } while (!written.get());
                        return missing;
                    }));
                }
                reading.await();
                for (int i = 1; i < 5_000; i++) {
                    Node node = new Node(i | i << 16 | 1);
                    map.putIfAbsent(node, new ArrayList<>());
                    if (i % 3 == 0) {
                        map.remove(node);
                    }
                }
                written.set(true);
                for (Future<Integer> missing : notFound) {
                    assertThat(missing.get()).isZero();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
