// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What worker processes did, in one file that all of them append to: each entry is one call of the operating system, which puts it behind every entry
 * that was written before, so the file tells what came before what across processes, and what it holds survives a {@code kill -9}. An entry that was
 * torn by one is no entry. Thread-safe.
 */
final class DeliveryJournal implements Closeable {
    /** What an entry tells of. */
    enum Kind {
        /** A delivery run began: the shard, and the checkpoint that it begins after. */
        INITIALIZED,
        /** A record came: its number, its sequence and sub-sequence number, and INTACT or ALTERED. */
        DELIVERED,
        /** The application checkpointed, successfully: MIDDLE of a Kinesis record, or END of one. */
        CHECKPOINTED,
        /** The end of the shard came. */
        SHARD_ENDED,
        /** The lease was lost. */
        LEASE_LOST,
        /** A shard waits: which, and the sequence number of the record. */
        HELD,
        /** A shard no longer waits: which, and how that ended. */
        RELEASED,
        /** What should not have happened. */
        FAILED
    }

    /** One entry: what, of which worker, in which of its delivery runs (0 if of none), and more. */
    record Entry(Kind kind, String worker, int run, List<String> fields) {
        /** The delivery run among those of all workers. */
        String runId() {
            return worker + "/" + run;
        }
    }

    private final OutputStream out;
    private final String worker;

    private DeliveryJournal(OutputStream out, String worker) {
        this.out = out;
        this.worker = worker;
    }

    /** Opens it for a worker to append to. Not buffered: what is written belongs to the operating system. */
    static DeliveryJournal append(Path file, String worker) throws IOException {
        return new DeliveryJournal(new FileOutputStream(file.toFile(), true), worker);
    }

    /** Adds an entry. */
    void add(Kind kind, int run, Object... fields) {
        StringBuilder entry = new StringBuilder("\n" + kind + " " + worker + " " + run);
        for (Object field : fields) {
            entry.append(' ').append(String.valueOf(field).replaceAll("[\\s;]+", "_"));
        }
        try {
            out.write(entry.append(';').toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Reads entries while they are written. Not thread-safe. */
    static final class Reader implements Closeable {
        private static final int BUFFER_BYTES = 1 << 16;

        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        private final StringBuilder unread = new StringBuilder();
        private int torn;

        private Reader(FileChannel channel) {
            this.channel = channel;
        }

        static Reader open(Path file) throws IOException {
            return new Reader(FileChannel.open(file));
        }

        /** What was added since the last call. */
        List<Entry> next() throws IOException {
            while (channel.read(buffer.clear()) > 0) {
                // Entries are ASCII, so no character is torn.
                unread.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
            }
            List<Entry> entries = new ArrayList<>();
            int begin = 0;
            for (int end = unread.indexOf("\n"); end >= 0; end = unread.indexOf("\n", begin)) {
                parse(unread.substring(begin, end), entries);
                begin = end + 1;
            }
            if (unread.length() > begin && unread.charAt(unread.length() - 1) == ';') {
                parse(unread.substring(begin), entries);
                begin = unread.length();
            }
            unread.delete(0, begin);
            return entries;
        }

        private void parse(String line, List<Entry> entries) {
            if (line.isEmpty()) {
                return;
            }
            if (!line.endsWith(";")) {
                torn++;
                return;
            }
            List<String> words =
                    Arrays.asList(line.substring(0, line.length() - 1).split(" ", -1));
            entries.add(new Entry(
                    Kind.valueOf(words.get(0)),
                    words.get(1),
                    Integer.parseInt(words.get(2)),
                    List.copyOf(words.subList(3, words.size()))));
        }

        /** How many entries were torn so far. */
        int torn() {
            return torn;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
