// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.UserRecord;
import io.kinesisencryption.error.AuthenticationFailedException;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.PermanentKeyException;
import io.kinesisencryption.error.PlaintextRecordException;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLettersTest {
    private static final Instant ARRIVAL = Instant.parse("2026-11-24T00:00:00Z");
    private static final Instant FAILED = Instant.parse("2026-11-24T00:01:00.123456Z");
    private static final StreamIdentity ORDERS = StreamIdentity.of("orders");

    @TempDir
    private Path directory;

    private static RecordOrigin origin(StreamIdentity stream, String sequenceNumber, long sub) {
        return new RecordOrigin(stream, "shardId-000000000001", sequenceNumber, sub, ARRIVAL);
    }

    private static Keyring rawAes(String name) {
        return Keyrings.rawAes("test", name, new byte[32]);
    }

    private static KinesisRecord sealed(String name, byte[] data) {
        try (KinesisEncryption writer =
                KinesisEncryption.builder().keyring(rawAes(name)).build()) {
            return writer.encryptor(ORDERS).encrypt(UserRecord.of("customer-1", data));
        }
    }

    private static DeadLetter letter(RecordOrigin origin, byte[] data) {
        return DeadLetter.of(
                origin,
                KinesisRecord.of("customer-1", null, data),
                new AuthenticationFailedException("altered", null),
                true,
                FAILED);
    }

    private List<DeadLetter> read() throws IOException {
        try (Stream<DeadLetter> letters = DeadLetters.read(directory)) {
            return letters.toList();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aRecordThatLackedItsKeyIsOpenedFromItsLetterOnceTheKeyIsThere() throws IOException {
        KinesisRecord record = sealed("key-2", "an order".getBytes(UTF_8));
        DirectoryDeadLetterSink.of(directory)
                .put(DeadLetter.of(
                        origin(ORDERS, "4961", 0),
                        record,
                        new PermanentKeyException(ErrorCode.KEY_NOT_CONFIGURED, "not this key", null),
                        false,
                        FAILED));

        DeadLetter letter = read().get(0);

        assertThat(letter.origin()).isEqualTo(origin(ORDERS, "4961", 0));
        assertThat(letter.code()).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(letter.reason()).isEqualTo("not this key");
        assertThat(letter.failedAt()).isEqualTo(FAILED);
        assertThat(letter.partitionKey()).isEqualTo("customer-1");
        assertThat(letter.wrappingKeys()).singleElement().asString().contains("key-2");
        assertThat(letter.data()).isEqualTo(record.data());
        try (KinesisEncryption reader =
                KinesisEncryption.builder().keyring(rawAes("key-2")).build()) {
            assertThat(letter.open(reader.decryptor(letter.origin().stream())))
                    .singleElement()
                    .satisfies(opened -> assertThat(opened.data()).isEqualTo("an order".getBytes(UTF_8)));
        }
    }

    @Test
    void plaintextStaysOutUnlessItIsAskedFor() throws IOException {
        byte[] secret = "{\"card\":\"4111\"}".getBytes(UTF_8);
        KinesisRecord record = KinesisRecord.of("customer-1", null, secret);
        var failure = new PlaintextRecordException("15 bytes are not an envelope", null);
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(directory);

        sink.put(DeadLetter.of(origin(ORDERS, "1", 0), record, failure, false, FAILED));

        DeadLetter withheld = read().get(0);
        assertThat(Files.readString(files().get(0))).doesNotContain("4111");
        assertThat(withheld.isWithheld()).isTrue();
        assertThat(withheld.data()).isNull();
        assertThat(withheld.sizeBytes()).isEqualTo(secret.length);
        try (KinesisEncryption reader =
                KinesisEncryption.builder().keyring(rawAes("key-2")).build()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> withheld.open(reader.decryptor(ORDERS)))
                    .withMessageContaining("record 1 of shard shardId-000000000001")
                    .withMessageNotContaining("4111");
        }

        sink.put(DeadLetter.of(origin(ORDERS, "1", 0), record, failure, true, FAILED));

        assertThat(read()).extracting(DeadLetter::isWithheld).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aFailureThatIsNotKnownHereShowsNoMessage() {
        DeadLetter letter = DeadLetter.of(
                origin(ORDERS, "1", 0),
                KinesisRecord.of(null, null, new byte[] {2, 4, 0x78}),
                new IllegalStateException("quotes the data"),
                false,
                FAILED);

        assertThat(letter.reason()).isEqualTo("java.lang.IllegalStateException");
        assertThat(DeadLetter.parse(letter.toBytes()).code()).isNull();
        assertThat(DeadLetter.parse(letter.toBytes()).partitionKey()).isNull();
    }

    @Test
    void everyTextComesBackAsItWas() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            StringBuilder key = new StringBuilder("\n\\u: \r\u2028\ud83d");
            for (int i = random.nextInt(200); i > 0; i--) {
                key.append((char) random.nextInt(0x10000));
            }
            byte[] data = new byte[random.nextInt(300)];
            random.nextBytes(data);
            DeadLetter letter = DeadLetter.of(
                    new RecordOrigin(ORDERS, "s", "1", random.nextInt(5), null),
                    KinesisRecord.of(key.toString(), "77", data),
                    new AuthenticationFailedException(key.reverse().toString(), null),
                    true,
                    FAILED);

            DeadLetter back = DeadLetter.parse(letter.toBytes());

            assertThat(back.partitionKey()).as("-Dtest.seed=%d", seed).isEqualTo(letter.partitionKey());
            assertThat(back.reason()).isEqualTo(letter.reason());
            assertThat(back.explicitHashKey()).isEqualTo("77");
            assertThat(back.data()).isEqualTo(data);
            assertThat(back.origin()).isEqualTo(letter.origin());
            assertThat(back.name()).isEqualTo(letter.name());
        }
    }

    @Test
    void aLetterThatWasCutOrIsNoneIsRefused() {
        byte[] whole =
                letter(origin(ORDERS, "1", 0), "\n\nsome data".getBytes(UTF_8)).toBytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> DeadLetter.parse(cut));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeadLetter.parse(Arrays.copyOf(whole, whole.length + 1)))
                .withMessageContaining("of " + "\n\nsome data".length());
        byte[] later = whole.clone();
        later[new String(whole, UTF_8).indexOf('\n') - 1] = '2';
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeadLetter.parse(later))
                .withMessageContaining("version");
    }

    @Test
    void whateverTheBytesOnlyOneExceptionComesOut() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] whole = letter(origin(ORDERS, "1", 0), new byte[20]).toBytes();
        for (int round = 0; round < 5_000; round++) {
            byte[] changed = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(DeadLetter.parse(changed).name()).isNotEmpty();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("-Dtest.seed=%d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void theSameLetterAgainReplacesTheFile() throws IOException {
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(directory);
        sink.put(letter(origin(ORDERS, "1", 0), new byte[] {1, (byte) 0x80, 1}));
        sink.put(letter(origin(ORDERS, "1", 0), new byte[] {1, (byte) 0x80, 2}));
        sink.put(letter(origin(ORDERS, "1", 1), new byte[] {1, (byte) 0x80, 3}));

        assertThat(files()).hasSize(2);
        assertThat(read()).extracting(letter -> letter.data()[2]).containsExactly((byte) 2, (byte) 3);
    }

    @Test
    void aRecordOfTheLargestSizeIsKept() throws IOException {
        byte[] largest = new byte[10 * 1024 * 1024];
        new Random(1).nextBytes(largest);
        largest[0] = 2;
        largest[1] = 4;
        largest[2] = 0x78;
        DirectoryDeadLetterSink.of(directory).put(letter(origin(ORDERS, "1", 0), largest));

        assertThat(read())
                .singleElement()
                .satisfies(letter -> assertThat(letter.data()).isEqualTo(largest));
    }

    @Test
    void aLargeLetterIsCopiedOnceAndLeavesNothingOutsideOfTheHeap() throws IOException {
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(directory);
        // Makes what is made once.
        sink.put(letter(origin(ORDERS, "1", 0), new byte[100_000]));
        byte[] largest = new byte[10 * 1024 * 1024];
        DeadLetter letter = letter(origin(ORDERS, "2", 0), largest);
        long outside = outsideOfTheHeap();
        long allocated = allocatedByThisThread();

        sink.put(letter);

        assertThat(allocatedByThisThread() - allocated).isBetween((long) largest.length, largest.length * 3L / 2);
        assertThat(outsideOfTheHeap() - outside).isLessThan(1024 * 1024);
    }

    private static long allocatedByThisThread() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static long outsideOfTheHeap() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    void lettersComeInTheOrderOfTheirShards() throws IOException {
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(directory);
        for (String number : List.of("100", "99", "1000", "9")) {
            sink.put(letter(origin(ORDERS, number, 0), new byte[0]));
        }
        for (long sub : new long[] {10, 2}) {
            sink.put(letter(origin(ORDERS, "99", sub), new byte[0]));
        }
        sink.put(letter(origin(StreamIdentity.of("customers"), "5000", 0), new byte[0]));

        assertThat(read())
                .extracting(letter ->
                        letter.origin().sequenceNumber() + "-" + letter.origin().subSequenceNumber())
                .containsExactly("5000-0", "9-0", "99-0", "99-2", "99-10", "100-0", "1000-0");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "...", "-", "orders"})
    void noNameOfAStreamOrShardLeadsOutOfTheDirectory(String name) throws IOException {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        RecordOrigin origin = new RecordOrigin(StreamIdentity.of(name), name, "1", 0, null);

        DirectoryDeadLetterSink.of(inner).put(letter(origin, new byte[0]));

        assertThat(files()).hasSize(1).allMatch(file -> file.startsWith(inner.resolve("stream=" + name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a\\b", "a\u0000", "ä", "\n"})
    void whatIsNoShardOrSequenceNumberIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecordOrigin(ORDERS, text, "1", 0, null))
                .withMessageContaining("shard id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecordOrigin(ORDERS, "s", text, 0, null))
                .withMessageContaining("sequence number");
        assertThatIllegalArgumentException().isThrownBy(() -> new RecordOrigin(ORDERS, "s", "1", -1, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new RecordOrigin(ORDERS, "s", null, 0, null));
    }

    @Test
    void aLinkInPlaceOfAFolderIsNotFollowedAndOneInPlaceOfAFileIsReplaced() throws IOException {
        Path sinks = Files.createDirectory(directory.resolve("sink"));
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path target = Files.writeString(elsewhere.resolve("target"), "precious");
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(sinks);
        Files.createSymbolicLink(sinks.resolve("stream=linked"), elsewhere);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> sink.put(letter(origin(StreamIdentity.of("linked"), "1", 0), new byte[0])))
                .withMessageContaining("stream=linked");

        DeadLetter letter = letter(origin(ORDERS, "1", 0), new byte[0]);
        Path file = sinks.resolve(letter.name());
        Files.createDirectories(file.getParent());
        Files.createSymbolicLink(file, target);
        sink.put(letter);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(target).hasContent("precious");
        assertThat(elsewhere).isDirectoryContaining(path -> path.equals(target));
    }

    @Test
    void whatCouldNotBeWrittenLeavesNothingBehind() throws IOException {
        DirectoryDeadLetterSink sink = DirectoryDeadLetterSink.of(directory);
        DeadLetter letter = letter(origin(ORDERS, "1", 0), new byte[0]);
        // A folder where the file belongs.
        Files.createDirectories(directory.resolve(letter.name()).resolve("occupied"));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> sink.put(letter));

        assertThat(files()).isEmpty();
        assertThat(read()).isEmpty();
    }

    @Test
    void onlyTheOwnerReadsLetters() throws IOException {
        DirectoryDeadLetterSink.of(directory).put(letter(origin(ORDERS, "1", 0), new byte[0]));

        assertThat(Files.getPosixFilePermissions(files().get(0)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(files().get(0).getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void readingNamesTheFileThatIsNoLetterAndPassesOverUnfinishedOnes() throws IOException {
        Files.writeString(directory.resolve(".half.tmp"), "half");
        Files.writeString(directory.resolve("README"), "not one");
        assertThat(read()).isEmpty();

        Files.writeString(directory.resolve("bad" + DeadLetters.SUFFIX), "not one");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(this::read)
                .withStackTraceContaining("bad.dead-letter");
    }

    @Test
    void theNameTellsAccountAndRegionWhereTheArnIsKnown() {
        StreamIdentity arn = StreamIdentity.ofArn("arn:aws:kinesis:eu-west-1:111122223333:stream/orders");

        assertThat(letter(origin(arn, "49", 3), new byte[0]).name())
                .isEqualTo(
                        "account=111122223333/region=eu-west-1/stream=orders/shard=shardId-000000000001/49-3.dead-letter");
        assertThat(letter(origin(ORDERS, "49", 0), new byte[0]).name())
                .isEqualTo("stream=orders/shard=shardId-000000000001/49-0.dead-letter");
    }

    @Test
    void theDirectoryMustExist() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> DirectoryDeadLetterSink.of(directory.resolve("absent")));
    }

    @Test
    void aKeyThatNoStreamTakesIsLeftOutBecauseNobodyCouldReadTheLetterOtherwise() {
        // Inside an aggregate of the KPL, which anyone can write who can write to the stream, keys are of any length.
        String endless = "k".repeat(100_000);
        byte[] data = {2, 4, 0x78, 1};
        DeadLetter letter = DeadLetter.of(
                origin(ORDERS, "1", 3),
                KinesisRecord.of(endless, "0".repeat(100_000) + "1", data),
                new AuthenticationFailedException("altered", null),
                false,
                FAILED);

        DeadLetter back = DeadLetter.parse(letter.toBytes());

        assertThat(back.partitionKey()).isNull();
        assertThat(back.explicitHashKey()).isNull();
        assertThat(back.data()).isEqualTo(data);
    }

    @Test
    void theLongestKeysOfAStreamAreKept() {
        String longest = "\ud83d\ude00".repeat(256);
        String highest = "340282366920938463463374607431768211455";
        DeadLetter letter = DeadLetter.of(
                origin(ORDERS, "1", 0),
                KinesisRecord.of(longest, highest, new byte[] {2, 4, 0x78}),
                new AuthenticationFailedException("\\".repeat(10_000), null),
                false,
                FAILED);

        DeadLetter back = DeadLetter.parse(letter.toBytes());

        assertThat(back.partitionKey()).isEqualTo(longest);
        assertThat(back.explicitHashKey()).isEqualTo(highest);
        assertThat(back.reason()).hasSize(4_000);
    }

    @Test
    void theNameIsTheSameInEveryLanguage() {
        DeadLetter letter = letter(origin(ORDERS, "49", 17), new byte[0]);
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(letter.name()).isEqualTo("stream=orders/shard=shardId-000000000001/49-17.dead-letter");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aDirectoryIsReadThroughALinkToItAsItIsWrittenThroughOne() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Path link = Files.createSymbolicLink(directory.resolve("dead-letters"), volume);
        DirectoryDeadLetterSink.of(link).put(letter(origin(ORDERS, "1", 0), new byte[0]));

        try (Stream<DeadLetter> letters = DeadLetters.read(link)) {
            assertThat(letters).hasSize(1);
        }
    }

    @Test
    void lettersAreReadWhileASinkWritesOthers() throws Exception {
        DirectoryDeadLetterSink.of(directory).put(letter(origin(ORDERS, "1", 0), new byte[0]));
        AtomicBoolean enough = new AtomicBoolean();
        // As the sink does it, but for the disk, for which it waits.
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int i = 0; !enough.get(); i++) {
                try {
                    Path temporary = Files.writeString(directory.resolve("." + i + ".tmp"), "half");
                    Files.move(temporary, directory.resolve("other"), StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        try {
            for (int i = 0; i < 2_000; i++) {
                assertThat(read()).hasSize(1);
            }
        } finally {
            enough.set(true);
        }
        writing.join();
    }
}
