// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.StreamIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records that an operator lets pass: those that were named by a call, each once, and those that a file names. Thread-safe. */
final class LetPass {
    /** More than anybody names by hand. */
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(LetPass.class);
    private static final int LARGEST_FILE_BYTES = 65_536;
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private record Request(@Nullable String stream, String shardId, String sequenceNumber) {}

    private final Set<Request> requests = new LinkedHashSet<>();
    private final @Nullable Path file;

    LetPass(@Nullable Path file) {
        this.file = file;
    }

    /**
     * Remembers a record until a shard waits at it.
     *
     * @param stream the name of its stream, or null for whichever a shard of that id is of
     */
    void request(@Nullable String stream, String shardId, String sequenceNumber) {
        if (shardId.isBlank() || sequenceNumber.isBlank()) {
            throw new IllegalArgumentException(
                    "A record is named by its shard and its sequence number; these are '%s' and '%s'"
                            .formatted(shardId, sequenceNumber));
        }
        synchronized (requests) {
            if (requests.size() >= MOST) {
                throw new IllegalStateException(
                        "%d records wait to be let pass already, which no shard has come to".formatted(MOST));
            }
            requests.add(new Request(stream, shardId, sequenceNumber));
        }
        LOG.warn("Record {} of shard {} of stream {} is to be let pass", sequenceNumber, shardId, stream);
    }

    /** Whether a call has named a record. Cheap: asked several times a second. */
    boolean isRequested(StreamIdentity stream, String shardId, String sequenceNumber) {
        synchronized (requests) {
            return requests.contains(new Request(stream.name(), shardId, sequenceNumber))
                    || requests.contains(new Request(null, shardId, sequenceNumber));
        }
    }

    /** Whether a record is to pass; a call that named it is thereby used up. Reads the file. */
    boolean take(StreamIdentity stream, String shardId, String sequenceNumber) {
        synchronized (requests) {
            if (requests.remove(new Request(stream.name(), shardId, sequenceNumber))
                    || requests.remove(new Request(null, shardId, sequenceNumber))) {
                return true;
            }
        }
        return file != null && isIn(file, stream, shardId, sequenceNumber);
    }

    private static boolean isIn(Path file, StreamIdentity stream, String shardId, String sequenceNumber) {
        boolean named = false;
        for (String line : read(file).lines().map(String::strip).toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = BLANKS.split(line, -1);
            if (words.length != 3) {
                LOG.warn(
                        "A line of {} has {} words; it must name a stream, a shard and a sequence number",
                        file,
                        words.length);
            } else if ((words[0].equals(stream.name()) || words[0].equals(Objects.toString(stream.arn(), "")))
                    && words[1].equals(shardId)
                    && words[2].equals(sequenceNumber)) {
                named = true;
            }
        }
        return named;
    }

    /** What cannot be read names nothing: the shard goes on waiting. */
    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE_BYTES + 1);
            if (bytes.length > LARGEST_FILE_BYTES) {
                LOG.warn("{} has more than {} bytes and is not read", file, LARGEST_FILE_BYTES);
                return "";
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException | RuntimeException e) {
            LOG.warn("Could not read {}, which names the records that are let pass", file, e);
            return "";
        }
    }
}
