// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import static io.kinesisencryption.Samples.codeOf;
import static io.kinesisencryption.Samples.open;
import static io.kinesisencryption.Samples.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.EnvelopeInfo;
import io.kinesisencryption.Samples;
import io.kinesisencryption.error.ErrorCode;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import io.kinesisencryption.testkit.kms.KmsCall;
import io.kinesisencryption.testkit.kms.KmsFault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.OnDecryptInput;
import software.amazon.cryptography.materialproviders.model.OnDecryptOutput;
import software.amazon.cryptography.materialproviders.model.OnEncryptInput;
import software.amazon.cryptography.materialproviders.model.OnEncryptOutput;

/** AWS KMS keyrings of several keys and regions, and discovery. */
class AwsKmsKeyringsTest {
    private static final String DUBLIN_ACCOUNT = "111122223333";

    private final InMemoryKms dublin = InMemoryKms.builder()
            .region(Region.EU_WEST_1)
            .accountId(DUBLIN_ACCOUNT)
            .build();
    private final InMemoryKms frankfurt = InMemoryKms.builder()
            .region(Region.EU_CENTRAL_1)
            .accountId("444455556666")
            .build();
    private final String dublinKey = dublin.createKey();
    private final String frankfurtKey = frankfurt.createKey();
    private final Keyring both = Keyrings.awsKms(List.of(dublinKey, frankfurtKey), this::client);
    private final Keyring inDublin = Keyrings.awsKms(dublinKey, dublin.client());
    private final Keyring inFrankfurt = Keyrings.awsKms(frankfurtKey, frankfurt.client());

    private KmsClient client(Region region) {
        return (region.equals(Region.EU_WEST_1) ? dublin : frankfurt).client();
    }

    private static boolean recognises(Keyring keyring, String providerInfo) {
        return keyring.recognises("aws-kms", ByteBuffer.wrap(providerInfo.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aRecordUnderKeysOfTwoRegionsIsOpenedInEither() {
        byte[] envelope = seal(both);

        assertThat(EnvelopeInfo.read(envelope).wrappingKeys())
                .containsExactly("aws-kms " + dublinKey, "aws-kms " + frankfurtKey);
        assertThat(dublin.calls()).isEqualTo(Map.of("GenerateDataKey", 1L));
        assertThat(frankfurt.calls()).isEqualTo(Map.of("Encrypt", 1L));
        assertThat(open(inDublin, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(open(inFrankfurt, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(open(both, envelope)).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void theKeysAreAskedInTheirOrderAndTheFirstAnswerIsEnough() {
        byte[] envelope = seal(both);
        dublin.resetCalls();
        frankfurt.resetCalls();

        open(Keyrings.awsKms(List.of(frankfurtKey, dublinKey), this::client), envelope);

        assertThat(frankfurt.calls()).isEqualTo(Map.of("Decrypt", 1L));
        assertThat(dublin.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneRegionServesReadersWhileTheOtherIsDown(boolean firstIsDown) {
        byte[] envelope = seal(both);
        InMemoryKms down = firstIsDown ? dublin : frankfurt;
        down.faults().inject(KmsFault.unreachable(KmsFault.ANY_OPERATION));

        assertThat(open(both, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(codeOf(() -> seal(both))).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    }

    @Test
    void oneKeyServesReadersWhoMayNotUseTheOther() {
        byte[] envelope = seal(both);
        dublin.deny("*", dublinKey);

        assertThat(open(both, envelope)).isEqualTo(Samples.PLAINTEXT);
    }

    @Test
    void theMildestOfSeveralAnswersDecides() {
        byte[] envelope = seal(both);
        dublin.deny("*", dublinKey);
        assertThat(codeOf(() -> open(inDublin, envelope))).isEqualTo(ErrorCode.KEY_DENIED);
        frankfurt.disableKey(frankfurtKey);
        assertThat(codeOf(() -> open(both, envelope))).isIn(ErrorCode.KEY_DENIED, ErrorCode.KEY_DISABLED);

        frankfurt.faults().inject(KmsFault.throttled("Decrypt"));

        assertThat(codeOf(() -> open(both, envelope))).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    }

    @Test
    void aKeyringOfSeveralKeysAsksNobodyAboutForeignKeys() {
        byte[] envelope = seal(Keyrings.awsKms(dublin.createKey(), dublin.client()));
        dublin.resetCalls();

        assertThat(codeOf(() -> open(both, envelope))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(dublin.calls()).isEmpty();
        assertThat(frankfurt.calls()).isEmpty();
    }

    @Test
    void clientsOfTheCallerAreNeverClosed() {
        List<String> closed = new ArrayList<>();
        Function<Region, KmsClient> watched = region -> new ClosingRecorder(client(region), closed);
        byte[] envelope = seal(Keyrings.awsKms(List.of(dublinKey, frankfurtKey), watched));
        open(Keyrings.awsKms(dublinKey, watched.apply(Region.EU_WEST_1)), envelope);
        open(
                Keyrings.awsKmsDiscovery()
                        .accounts(DUBLIN_ACCOUNT)
                        .clients(watched)
                        .build(),
                envelope);

        assertThat(closed).isEmpty();
    }

    @Test
    void aClientIsAskedForOnceARegion() {
        List<Region> asked = new ArrayList<>();
        Keyring keyring = Keyrings.awsKms(List.of(dublinKey, dublin.createKey(), frankfurtKey), region -> {
            asked.add(region);
            return client(region);
        });
        assertThat(asked).isEmpty();

        seal(keyring);

        assertThat(asked).containsExactly(Region.EU_WEST_1, Region.EU_CENTRAL_1);
    }

    @Test
    void aMultiRegionKeyOpensInTheReadersRegionWhatAnotherRegionSealed() {
        String primary = dublin.createMultiRegionKey();
        String replica = dublin.replicateKey(primary, Region.US_EAST_1);
        byte[] envelope = seal(Keyrings.awsKmsMultiRegion(primary, dublin.client()));
        List<String> regions = new ArrayList<>();
        dublin.onEachCall(call -> regions.add(call.operation() + " " + call.region()));

        Keyring reader = Keyrings.awsKmsMultiRegion(replica, dublin.client("reader", Region.US_EAST_1));

        assertThat(open(reader, envelope)).isEqualTo(Samples.PLAINTEXT);
        assertThat(regions).containsExactly("Decrypt us-east-1");
        // A keyring of one region does not know the replica, and asks nobody.
        Keyring exact = Keyrings.awsKms(replica, dublin.client("reader", Region.US_EAST_1));
        assertThat(codeOf(() -> open(exact, envelope))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(regions).hasSize(1);
    }

    @Test
    void severalMultiRegionKeysEachServe() {
        String first = dublin.createMultiRegionKey();
        String second = dublin.createMultiRegionKey();
        String replica = dublin.replicateKey(second, Region.EU_CENTRAL_1);
        byte[] envelope = seal(Keyrings.awsKmsMultiRegion(List.of(first, second), region -> dublin.client()));
        dublin.disableKey(first);
        dublin.disableKey(second);

        Keyring reader = Keyrings.awsKmsMultiRegion(replica, dublin.client("reader", Region.EU_CENTRAL_1));

        assertThat(open(reader, envelope)).isEqualTo(Samples.PLAINTEXT);
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:kms:eu-west-1:111122223333:key/mrk-1, true",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-1, true",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-2, false",
        "arn:aws:kms:us-east-1:111122223334:key/mrk-1, false",
        "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1, false",
        "arn:aws:kms:us-east-1:111122223333:alias/mrk-1, false",
        "arn:aws:kms:us-east-1:111122223333:key/MRK-1, false",
        "arn:aws:xyz:us-east-1:111122223333:key/mrk-1, false",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-1/x, false",
        "arn:aws:kms::111122223333:key/mrk-1, false",
        "mrk-1, false",
    })
    void theMatchOfMultiRegionKeysIsTheSpecifications(String recorded, boolean expected) {
        KmsClient client = dublin.client();
        String configured = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1";

        assertThat(recognises(Keyrings.awsKmsMultiRegion(configured, client), recorded))
                .isEqualTo(expected);
        assertThat(recognises(Keyrings.awsKms(configured, client), recorded)).isEqualTo(recorded.equals(configured));
    }

    @Test
    void hostileProviderInfoIsNoKey() {
        Keyring discovery = Keyrings.awsKmsDiscovery().accounts(DUBLIN_ACCOUNT).build();
        byte[] notUtf8 = dublinKey.getBytes(StandardCharsets.UTF_8);
        notUtf8[notUtf8.length - 1] = (byte) 0xFF;
        for (Keyring keyring : List.of(both, discovery)) {
            assertThat(recognises(keyring, "")).isFalse();
            assertThat(recognises(
                            keyring, "arn:aws" + "-a".repeat(32_000) + ":kms:eu-west-1:" + DUBLIN_ACCOUNT + ":key/1"))
                    .isFalse();
            assertThat(recognises(keyring, dublinKey + "a".repeat(65_000))).isFalse();
            assertThat(keyring.recognises("aws-kms", ByteBuffer.wrap(notUtf8))).isFalse();
            assertThat(keyring.recognises("aws-kms2", ByteBuffer.wrap(dublinKey.getBytes(StandardCharsets.UTF_8))))
                    .isFalse();
        }
    }

    @Test
    void discoveryOpensRecordsOfItsAccountsInTheRegionOfTheirKey() {
        Keyring discovery = Keyrings.awsKmsDiscovery()
                .accounts(DUBLIN_ACCOUNT, "444455556666")
                .regions(Region.EU_WEST_1, Region.EU_CENTRAL_1)
                .clients(this::client)
                .build();
        byte[] ofDublin = seal(inDublin);
        byte[] ofFrankfurt = seal(inFrankfurt);
        dublin.resetCalls();
        frankfurt.resetCalls();

        assertThat(open(discovery, ofDublin)).isEqualTo(Samples.PLAINTEXT);
        assertThat(dublin.calls()).isEqualTo(Map.of("Decrypt", 1L));
        assertThat(frankfurt.calls()).isEmpty();
        assertThat(open(discovery, ofFrankfurt)).isEqualTo(Samples.PLAINTEXT);
        assertThat(frankfurt.calls()).isEqualTo(Map.of("Decrypt", 1L));
    }

    @Test
    void discoveryAsksNobodyAboutKeysThatItsFilterExcludes() {
        byte[] ofDublin = seal(inDublin);
        byte[] ofFrankfurt = seal(inFrankfurt);
        dublin.resetCalls();
        frankfurt.resetCalls();
        Keyring otherAccount = discovery().accounts(DUBLIN_ACCOUNT).build();
        Keyring otherRegion =
                discovery().accounts("444455556666").regions(Region.EU_WEST_1).build();
        Keyring otherPartition =
                discovery().accounts(DUBLIN_ACCOUNT).partition("aws-us-gov").build();

        assertThat(codeOf(() -> open(otherAccount, ofFrankfurt))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(codeOf(() -> open(otherRegion, ofFrankfurt))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(codeOf(() -> open(otherPartition, ofDublin))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(dublin.calls()).isEmpty();
        assertThat(frankfurt.calls()).isEmpty();
    }

    /** One of a record's keys is allowed, and the other must not be called all the same. */
    @Test
    void discoveryLeavesOutTheEncryptedDataKeysThatItsFilterExcludes() {
        byte[] envelope = seal(both);
        dublin.disableKey(dublinKey);
        frankfurt.resetCalls();

        Keyring discovery = discovery()
                .accounts(DUBLIN_ACCOUNT, "444455556666")
                .regions(Region.EU_WEST_1)
                .build();

        assertThat(codeOf(() -> open(discovery, envelope))).isEqualTo(ErrorCode.KEY_DISABLED);
        assertThat(frankfurt.calls()).isEmpty();
    }

    @Test
    void discoveryWithoutRegionsTakesThoseOfItsPartitionAndNoInventedOnes() {
        Keyring discovery = discovery().accounts(DUBLIN_ACCOUNT).build();
        String key = "arn:aws:kms:%s:111122223333:key/1";

        assertThat(recognises(discovery, key.formatted("eu-west-1"))).isTrue();
        assertThat(recognises(discovery, key.formatted("ap-southeast-2"))).isTrue();
        assertThat(recognises(discovery, key.formatted("cn-north-1"))).isFalse();
        assertThat(recognises(discovery, key.formatted("evil"))).isFalse();
        assertThat(recognises(discovery, key.formatted("aws-global"))).isFalse();
    }

    @Test
    void discoveryTellsThrottledFromDeniedAndForged() {
        byte[] envelope = seal(inDublin);
        Keyring discovery = discovery().accounts(DUBLIN_ACCOUNT).build();
        List<KmsCall> calls = new ArrayList<>();
        dublin.onEachCall(calls::add);

        dublin.faults().inject(KmsFault.throttled("Decrypt").times(1));
        assertThat(codeOf(() -> open(discovery, envelope))).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
        dublin.deny("*", dublinKey, "Decrypt");
        assertThat(codeOf(() -> open(discovery, envelope))).isEqualTo(ErrorCode.KEY_DENIED);
        dublin.clearAccessRules();
        envelope[EnvelopeInfo.read(envelope).headerSizeBytes() - 54] ^= 1;
        assertThat(codeOf(() -> open(discovery, envelope))).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(calls).hasSize(3).allMatch(call -> call.operation().equals("Decrypt"));
    }

    private AwsKmsDiscoveryBuilder discovery() {
        return Keyrings.awsKmsDiscovery().clients(this::client);
    }

    @Test
    void aKeyringOfSomeAccountsIsNeverHandedTheKeysOfOthers() {
        List<List<String>> asked = new ArrayList<>();
        IKeyring inner = both.open().materialProvidersKeyring();
        Keyring limited = Keyrings.ofKmsAccounts(
                new IKeyring() {
                    @Override
                    public OnEncryptOutput OnEncrypt(OnEncryptInput input) {
                        return inner.OnEncrypt(input);
                    }

                    @Override
                    public OnDecryptOutput OnDecrypt(OnDecryptInput input) {
                        asked.add(input.encryptedDataKeys().stream()
                                .map(key -> StandardCharsets.UTF_8
                                        .decode(key.keyProviderInfo().duplicate())
                                        .toString())
                                .toList());
                        return inner.OnDecrypt(input);
                    }
                },
                DUBLIN_ACCOUNT);
        byte[] ofBoth = seal(limited);
        byte[] ofFrankfurt = seal(inFrankfurt);
        byte[] raw = seal(Samples.rawAes());
        frankfurt.resetCalls();

        assertThat(open(limited, ofBoth)).isEqualTo(Samples.PLAINTEXT);
        assertThat(codeOf(() -> open(limited, ofFrankfurt))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(codeOf(() -> open(limited, raw))).isEqualTo(ErrorCode.KEY_NOT_CONFIGURED);
        assertThat(asked).containsExactly(List.of(dublinKey));
        assertThat(frankfurt.calls()).isEmpty();
        assertThat(limited.toString()).contains(DUBLIN_ACCOUNT);
    }

    @Test
    void accountsThatAreNoneAreRefused() {
        IKeyring any = inDublin.open().materialProvidersKeyring();

        assertThatIllegalArgumentException().isThrownBy(() -> Keyrings.ofKmsAccounts(any));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keyrings.ofKmsAccounts(any, "1234"))
                .withMessageContaining("'1234'");
    }
}
