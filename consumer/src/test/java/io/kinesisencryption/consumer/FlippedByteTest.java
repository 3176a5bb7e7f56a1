// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.KinesisEncryption;
import io.kinesisencryption.StreamIdentity;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.error.FailureClass;
import io.kinesisencryption.keyring.Keyring;
import io.kinesisencryption.keyring.Keyrings;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.common.StreamIdentifier;

/** Any single byte of a stored record, its stream's name or its key, changed: never a delivered record, and an error of the right kind. */
class FlippedByteTest {
    private static final String PLAINTEXT = "{\"order\":4711,\"customer\":\"Ada Lovelace\"}";
    private static final int VERSION_AND_SUITE_BYTES = 3;
    private static final int MESSAGE_ID_END = 35;
    /** The commitment and the header's tag. */
    private static final int AUTHENTICATED_TRAILER_BYTES = 48;

    /** Puts a record through a consumer whose holds end at once, and returns why it was held. */
    private static ErrorCode refusalOf(KinesisEncryption encryption, String stream, byte[] data) {
        RecordingApplication application = new RecordingApplication();
        RecordingHoldListener holds = new RecordingHoldListener();
        SimulatedTime time = new SimulatedTime();
        var factory =
                new DecryptingShardRecordProcessorFactory(() -> application, encryption, null, time.environment(holds));
        factory.stopWaiting();
        KclShard shard = new KclShard(factory.shardRecordProcessor(StreamIdentifier.singleStreamInstance(stream)));
        shard.process(Records.stored(1, data));
        assertThat(application.batches).as("nothing is delivered").isEmpty();
        assertThat(holds.events()).hasSize(2);
        return holds.holds().get(0).code();
    }

    private static Set<ErrorCode> expectedFor(int index, EnvelopeInfo envelope) {
        if (index < VERSION_AND_SUITE_BYTES) {
            // One bit makes it a signed message, without a verification key.
            return EnumSet.of(
                    ErrorCode.PLAINTEXT_RECORD,
                    ErrorCode.UNSUPPORTED_VERSION,
                    ErrorCode.UNSUPPORTED_SUITE,
                    ErrorCode.MALFORMED_ENVELOPE);
        }
        if (index < MESSAGE_ID_END) {
            return EnumSet.of(ErrorCode.AUTHENTICATION_FAILED);
        }
        if (index < envelope.headerSizeBytes() - AUTHENTICATED_TRAILER_BYTES) {
            return EnumSet.of(
                    ErrorCode.MALFORMED_ENVELOPE,
                    ErrorCode.CONTEXT_MISMATCH,
                    ErrorCode.WRONG_STREAM,
                    ErrorCode.KEY_NOT_CONFIGURED,
                    ErrorCode.UNSUPPORTED_PAYLOAD,
                    ErrorCode.AUTHENTICATION_FAILED);
        }
        if (index < envelope.headerSizeBytes()) {
            return EnumSet.of(ErrorCode.AUTHENTICATION_FAILED);
        }
        return EnumSet.of(ErrorCode.AUTHENTICATION_FAILED, ErrorCode.MALFORMED_ENVELOPE);
    }

    private static void assertEveryFlippedByteIsRefused(KinesisEncryption encryption) {
        byte[] sealed = Records.seal(encryption, Records.ORDERS, PLAINTEXT);
        EnvelopeInfo envelope = EnvelopeInfo.read(sealed);
        for (int index = 0; index < sealed.length; index++) {
            for (int mask : new int[] {0x01, 0x80, 0xFF}) {
                byte[] altered = sealed.clone();
                altered[index] ^= (byte) mask;
                assertThat(refusalOf(encryption, "orders", altered))
                        .as("byte %d of %d ^ %02X", index, sealed.length, mask)
                        .isIn(expectedFor(index, envelope));
            }
        }
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Test
    void everyByteOfARecordUnderARawKey() {
        try (var encryption = Records.encryption(Records.rawAes())) {
            assertEveryFlippedByteIsRefused(encryption);
        }
    }

    @Test
    void everyByteOfARecordUnderAKmsKey() {
        InMemoryKms kms = InMemoryKms.create();
        try (var encryption = Records.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            assertEveryFlippedByteIsRefused(encryption);
        }
    }

    @Test
    void aChangedStreamNameInTheRecordIsTheWrongStream() {
        try (var encryption = Records.encryption(Records.rawAes())) {
            byte[] sealed = Records.seal(encryption, Records.ORDERS, PLAINTEXT);
            int name = indexOf(sealed, "orders");
            for (int i = 0; i < "orders".length(); i++) {
                byte[] altered = sealed.clone();
                altered[name + i] ^= 1;
                assertThat(refusalOf(encryption, "orders", altered)).isEqualTo(ErrorCode.WRONG_STREAM);
            }
        }
    }

    @Test
    void aChangedKeyNameInTheRecordIsAKeyThatIsNotConfigured() {
        InMemoryKms kms = InMemoryKms.create();
        String keyArn = kms.createKey();
        try (var encryption = Records.encryption(Keyrings.awsKms(keyArn, kms.client()))) {
            byte[] sealed = Records.seal(encryption, Records.ORDERS, PLAINTEXT);
            int name = indexOf(sealed, keyArn);
            kms.resetCalls();
            for (int i = 0; i < keyArn.length(); i++) {
                byte[] altered = sealed.clone();
                altered[name + i] ^= 1;
                assertThat(refusalOf(encryption, "orders", altered)).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
            }
            assertThat(kms.calls()).isEmpty();
        }
    }

    @Test
    void everyCharacterOfTheStreamNameThatIsRead() {
        try (var encryption = Records.encryption(Records.rawAes())) {
            String name = "orders-2026.eu_west";
            byte[] sealed = Records.seal(encryption, StreamIdentity.of(name), PLAINTEXT);
            for (int i = 0; i < name.length(); i++) {
                char other = name.charAt(i) == 'x' ? 'y' : 'x';
                String altered = name.substring(0, i) + other + name.substring(i + 1);
                assertThat(refusalOf(encryption, altered, sealed)).isEqualTo(ErrorCode.WRONG_STREAM);
            }
        }
    }

    @Test
    void everyByteOfTheKey() {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 1);
        byte[] sealed;
        try (var encryption = Records.encryption(Keyrings.rawAes("test", "key-1", key))) {
            sealed = Records.seal(encryption, Records.ORDERS, PLAINTEXT);
        }
        for (int i = 0; i < key.length; i++) {
            byte[] altered = key.clone();
            altered[i] ^= 1;
            Keyring keyring = Keyrings.rawAes("test", "key-1", altered);
            try (var encryption = Records.encryption(keyring)) {
                ErrorCode code = refusalOf(encryption, "orders", sealed);
                assertThat(code).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
                assertThat(code.failureClass()).isEqualTo(FailureClass.RECORD);
            }
        }
    }

    @Test
    void anotherKmsKey() {
        InMemoryKms kms = InMemoryKms.create();
        byte[] sealed;
        try (var encryption = Records.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            sealed = Records.seal(encryption, Records.ORDERS, PLAINTEXT);
        }
        try (var encryption = Records.encryption(Keyrings.awsKms(kms.createKey(), kms.client()))) {
            assertThat(refusalOf(encryption, "orders", sealed)).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        }
    }
}
