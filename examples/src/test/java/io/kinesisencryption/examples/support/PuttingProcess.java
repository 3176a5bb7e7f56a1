// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.support;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.producer.batching.BatchingProducer;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.testkit.emulator.KinesisLocal;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * A Java virtual machine of its own that puts {@link NumberedRecords} with a batching producer, and writes the number of each one that is
 * acknowledged to a file at once, so that its parent can kill it at any moment and still knows what it was promised.
 */
public final class PuttingProcess implements AutoCloseable {
    private static final int BUFFERED_BYTES = 8 * 1024 * 1024;
    private static final int BUFFERED_RECORDS = 10_000;

    private final Process process;
    private final Path acknowledged;
    private final Path log;

    private PuttingProcess(Process process, Path acknowledged, Path log) {
        this.process = process;
        this.acknowledged = acknowledged;
        this.log = log;
    }

    /** Starts one, which works in a folder of its own. */
    public static PuttingProcess start(
            Path folder, URI endpoint, String stream, EnvelopeFormat format, NumberedRecords records)
            throws IOException {
        Path acknowledged = Files.createFile(folder.resolve("acknowledged"));
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PuttingProcess.class.getName(),
                        endpoint.toString(),
                        stream,
                        format.name(),
                        Long.toString(records.seed()),
                        Integer.toString(records.count()),
                        acknowledged.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new PuttingProcess(process, acknowledged, log);
    }

    /** The key of the records. */
    public static Keyring keyring() {
        return Keyrings.rawAes("test", "key-1", new byte[32]);
    }

    /** Whether it has not ended yet. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /** What it has said. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** How many records have been acknowledged. */
    public int acknowledgedCount() throws IOException {
        return (int) (Files.size(acknowledged) / Integer.BYTES);
    }

    /** The numbers of the records that have been acknowledged. */
    public BitSet acknowledged() throws IOException {
        ByteBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(acknowledged));
        BitSet set = new BitSet();
        while (numbers.remaining() >= Integer.BYTES) {
            set.set(numbers.getInt());
        }
        return set;
    }

    /** Ends it as {@code kill -9} does, and returns its exit code. */
    public int kill() throws InterruptedException {
        return process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The process itself. */
    public static void main(String[] args) throws IOException {
        NumberedRecords records = new NumberedRecords(Long.parseLong(args[3]), Integer.parseInt(args[4]));
        // Not buffered: what is written belongs to the operating system, which survives this process.
        try (OutputStream acknowledged = new FileOutputStream(args[5], true);
                KinesisEncryption encryption =
                        KinesisEncryption.builder().keyring(keyring()).build();
                KinesisAsyncClient kinesis = KinesisLocal.asyncClient(URI.create(args[0]));
                BatchingProducer producer = BatchingProducer.builder(kinesis, encryption).stream(args[1])
                        .encryptorOptions(EncryptorOptions.builder()
                                .format(EnvelopeFormat.valueOf(args[2]))
                                .build())
                        .buffer(BUFFERED_BYTES, BUFFERED_RECORDS)
                        .build()) {
            for (int i = 0; i < records.count(); i++) {
                int number = i;
                var unused = producer.put(records.of(number)).thenRun(() -> write(acknowledged, number));
            }
            producer.flush().join();
        }
    }

    private static void write(OutputStream acknowledged, int number) {
        try {
            acknowledged.write(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
