// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads dead letters back, to open them again once the reason is mended.
 *
 * <pre>{@code
 * try (Stream<DeadLetter> letters = DeadLetters.read(Path.of("/var/lib/orders/dead-letters"))) {
 *     letters.forEach(letter -> letter.open(encryption.decryptor(letter.origin().stream())).forEach(this::handle));
 * }
 * }</pre>
 */
public final class DeadLetters {
    /** How the names of dead letters end. */
    public static final String SUFFIX = ".dead-letter";

    /** The size in bytes of the largest letter: of the largest record that a stream takes, 10 MiB, and what is said of it. */
    public static final int MAX_BYTES = DeadLetterFormat.MAX_HEADER_BYTES + 10 * 1024 * 1024;

    private DeadLetters() {}

    /**
     * Reads what a {@link DirectoryDeadLetterSink} wrote. Files that are still being written, and those of other names, are passed over; symbolic
     * links in the directory are not followed.
     *
     * @param directory the sink's; a symbolic link to it is followed, as the sink does
     * @return the letters, stream by stream and shard by shard, each shard's in the order of its sequence numbers; each is read when it is asked for.
     *     Close the stream. It throws an {@link UncheckedIOException} that names the file if one cannot be read or is not a dead letter.
     * @throws IOException if the directory cannot be read
     */
    public static Stream<DeadLetter> read(Path directory) throws IOException {
        return files(directory.toRealPath()).stream().sorted(IN_ORDER).map(DeadLetters::letter);
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX) && !name.startsWith(".") && attributes.isRegularFile()) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException && !file.equals(directory)) {
                    // A sink has just renamed it.
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return files;
    }

    /** Sequence numbers are numbers of up to 129 digits. */
    private static final Comparator<Path> IN_ORDER = Comparator.comparing((Path file) -> parentOf(file))
            .thenComparing(
                    DeadLetters::numberOf, Comparator.comparing(String::length).thenComparing(String::compareTo))
            .thenComparing(file -> file.getFileName().toString(), Comparator.comparing(String::length))
            .thenComparing(file -> file.getFileName().toString());

    private static String parentOf(Path file) {
        return String.valueOf(file.getParent());
    }

    private static String numberOf(Path file) {
        String name = file.getFileName().toString();
        int hyphen = name.lastIndexOf('-', name.length() - SUFFIX.length());
        return hyphen < 0 ? name : name.substring(0, hyphen);
    }

    private static DeadLetter letter(Path file) {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(
                        "Could not read the dead letter %s: it has more than %d bytes".formatted(file, MAX_BYTES));
            }
            return DeadLetter.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new UncheckedIOException(new IOException("Could not read the dead letter " + file, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
