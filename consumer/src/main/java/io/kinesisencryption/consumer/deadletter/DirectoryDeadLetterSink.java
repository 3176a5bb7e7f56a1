// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps dead letters as files, one each, below a directory: for tests, and where a volume is as durable as it must be. A letter is written beside its
 * place, forced to the disk and then renamed, so that a file is there whole or not at all. The same letter again replaces the file. Files and folders are
 * readable by their owner alone where the file system knows owners. Thread-safe; several processes may write to one directory.
 */
public final class DirectoryDeadLetterSink implements DeadLetterSink {
    /** A channel copies what it is given at once into memory outside of the heap, which the thread then keeps for as long as it lives. */
    private static final int CHUNK_BYTES = 65_536;

    private final Path directory;
    private final boolean posix;

    private DirectoryDeadLetterSink(Path directory) {
        this.directory = directory;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * A sink that writes below a directory.
     *
     * @param directory which must exist; a symbolic link to one is followed now
     * @return the sink
     * @throws IOException if it does not exist or is no directory
     */
    public static DirectoryDeadLetterSink of(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new IOException("Could not keep dead letters in %s: it is no directory".formatted(directory));
        }
        return new DirectoryDeadLetterSink(real);
    }

    @Override
    public void put(DeadLetter letter) throws IOException {
        String[] parts = letter.name().split("/", -1);
        Path folder = directory;
        for (int i = 0; i < parts.length - 1; i++) {
            folder = folderIn(folder, parts[i]);
        }
        String name = parts[parts.length - 1];
        Path temporary = folder.resolve("." + UUID.randomUUID() + ".tmp");
        try {
            write(temporary, letter.toBytes());
            Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(folder);
    }

    /** Never follows a link: somebody may have laid one to lead letters elsewhere. */
    private Path folderIn(Path parent, String name) throws IOException {
        Path folder = parent.resolve(name);
        try {
            Files.createDirectory(folder, ownerOnly("rwx------"));
            force(parent);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("Could not keep dead letters in %s: it is no directory".formatted(folder), e);
            }
        }
        return folder;
    }

    private void write(Path file, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly("rw-------"))) {
            while (left.position() < bytes.length) {
                left.limit(Math.min(bytes.length, left.position() + CHUNK_BYTES));
                channel.write(left);
            }
            channel.force(true);
        }
    }

    /** Makes what was renamed or made in a folder last. Other systems than Posix ones do not open folders, and need no such thing. */
    private void force(Path folder) throws IOException {
        if (posix) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private FileAttribute<?>[] ownerOnly(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Names the directory.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return "DirectoryDeadLetterSink[" + directory + "]";
    }
}
