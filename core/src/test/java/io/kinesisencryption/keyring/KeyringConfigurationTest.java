// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.Samples;
import io.kinesisencryption.testkit.kms.InMemoryKms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/** Every mistake is refused where it is made, by a sentence that says what to do instead. No test here has a network or a key service. */
class KeyringConfigurationTest {
    private static final String ACCOUNT = "111122223333";
    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final String OTHER_KEY = KEY.replace("1234abcd", "5678abcd");
    private static final String ALIAS = "arn:aws:kms:eu-west-1:111122223333:alias/orders";
    private static final String MULTI_REGION_KEY =
            "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
    private static final String REPLICA = MULTI_REGION_KEY.replace("eu-west-1", "us-east-1");
    private static final KmsClient CLIENT =
            InMemoryKms.builder().region(Region.EU_WEST_1).build().client();

    private static Arguments mistake(String name, ThrowingCallable call, String... advice) {
        return Arguments.argumentSet(name, call, List.of(advice));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(namedKeys(), multiRegionKeys(), discovery(), hierarchical(), combined(), rawKeys())
                .flatMap(Function.identity());
    }

    private static Stream<Arguments> namedKeys() {
        return Stream.of(
                mistake("an alias", () -> Keyrings.awsKms("alias/orders"), "alias", "give the key's ARN"),
                mistake("an alias ARN", () -> Keyrings.awsKms(ALIAS), "alias", "give the key's ARN"),
                mistake("an alias ARN, own client", () -> Keyrings.awsKms(ALIAS, CLIENT), "give the key's ARN"),
                mistake("a key id", () -> Keyrings.awsKms("1234abcd-12ab-34cd-56ef-1234567890ab"), "not the ARN"),
                mistake("nothing", () -> Keyrings.awsKms(""), "not the ARN"),
                mistake("an ARN of another service", () -> Keyrings.awsKms("arn:aws:s3:::bucket"), "not the ARN"),
                mistake("an account of 4 digits", () -> Keyrings.awsKms(KEY.replace(ACCOUNT, "1111")), "not the ARN"),
                mistake("an ARN without key", () -> Keyrings.awsKms(KEY.substring(0, KEY.indexOf('/') + 1)), "not the"),
                mistake("a blank behind the ARN", () -> Keyrings.awsKms(KEY + " "), "not the ARN"),
                mistake("a very long ARN", () -> Keyrings.awsKms(KEY + "a".repeat(100_000)), "not the ARN"),
                mistake(
                        "a client of another region",
                        () -> Keyrings.awsKms(KEY.replace("eu-west-1", "us-east-1"), CLIENT),
                        "eu-west-1",
                        "us-east-1",
                        "give a client of that region"),
                mistake("no keys", () -> Keyrings.awsKms(List.of()), "at least one"),
                mistake("no keys, own clients", () -> Keyrings.awsKms(List.of(), region -> CLIENT), "at least one"),
                mistake("an alias among keys", () -> Keyrings.awsKms(List.of(KEY, ALIAS)), "give the key's ARN"),
                mistake("the same key twice", () -> Keyrings.awsKms(List.of(KEY, OTHER_KEY, KEY)), KEY, "once"),
                mistake("nine keys", () -> Keyrings.awsKms(keys(9)), "9 wrapping keys", "at most 8"),
                mistake(
                        "two replicas of a key",
                        () -> Keyrings.awsKms(List.of(MULTI_REGION_KEY, REPLICA)),
                        "awsKmsMultiRegion"));
    }

    private static Stream<Arguments> multiRegionKeys() {
        return Stream.of(
                mistake("a key of one region", () -> Keyrings.awsKmsMultiRegion(KEY), "mrk-", "use Keyrings.awsKms"),
                mistake("a key of one region, own client", () -> Keyrings.awsKmsMultiRegion(KEY, CLIENT), "mrk-"),
                mistake(
                        "a key of one region among others",
                        () -> Keyrings.awsKmsMultiRegion(List.of(MULTI_REGION_KEY, KEY)),
                        KEY,
                        "mrk-"),
                mistake(
                        "two replicas of one key",
                        () -> Keyrings.awsKmsMultiRegion(List.of(MULTI_REGION_KEY, REPLICA), region -> CLIENT),
                        MULTI_REGION_KEY,
                        REPLICA,
                        "the region where this program runs"),
                mistake("no multi-Region key", () -> Keyrings.awsKmsMultiRegion(List.of()), "at least one"),
                mistake("a client of the replica", () -> Keyrings.awsKmsMultiRegion(REPLICA, CLIENT), "that region"));
    }

    private static Stream<Arguments> discovery() {
        return Stream.of(
                mistake(
                        "discovery of everything",
                        () -> Keyrings.awsKmsDiscovery().build(),
                        "set accounts("),
                mistake(
                        "discovery, empty accounts",
                        () -> Keyrings.awsKmsDiscovery().accounts(),
                        "set accounts("),
                mistake("11 digits", () -> Keyrings.awsKmsDiscovery().accounts("11112222333"), "12 digits"),
                mistake("13 digits", () -> Keyrings.awsKmsDiscovery().accounts(ACCOUNT, "1111222233334"), "12 digits"),
                mistake("any account", () -> Keyrings.awsKmsDiscovery().accounts("*"), "12 digits"),
                mistake(
                        "a partition of nobody",
                        () -> Keyrings.awsKmsDiscovery().partition("azure"),
                        "aws-cn"),
                mistake(
                        "discovery, empty regions",
                        () -> Keyrings.awsKmsDiscovery().regions(),
                        "leave regions() out"),
                mistake(
                        "a partition without known regions",
                        () -> Keyrings.awsKmsDiscovery()
                                .accounts(ACCOUNT)
                                .partition("aws-moon")
                                .build(),
                        "aws-moon",
                        "regions()"));
    }

    private static Stream<Arguments> hierarchical() {
        Duration day = Duration.ofHours(24);
        return Stream.of(
                mistake(
                        "no branch key",
                        () -> hierarchicalBuilder()
                                .tableName("keys")
                                .kmsKey(KEY)
                                .build(),
                        "branchKeyId("),
                mistake(
                        "no table",
                        () -> hierarchicalBuilder().branchKeyId("b").kmsKey(KEY).build(),
                        "tableName("),
                mistake(
                        "no wrapping key",
                        () -> hierarchicalBuilder()
                                .branchKeyId("b")
                                .tableName("keys")
                                .build(),
                        "kmsKey("),
                mistake("an alias", () -> hierarchicalBuilder().kmsKey(ALIAS), "give the key's ARN"),
                mistake("an empty branch key", () -> hierarchicalBuilder().branchKeyId(""), "1 to 512"),
                mistake("a long branch key", () -> hierarchicalBuilder().branchKeyId("ä".repeat(257)), "514", "512"),
                mistake("an empty store name", () -> hierarchicalBuilder().logicalKeyStoreName(""), "1 to 512"),
                mistake("a table ARN", () -> hierarchicalBuilder().tableName("arn:aws:dynamodb:x"), "name of a Dyna"),
                mistake("no time to live", () -> hierarchicalBuilder().timeToLive(Duration.ZERO), "1 second"),
                mistake("negative", () -> hierarchicalBuilder().timeToLive(Duration.ofSeconds(-1)), "1 second"),
                mistake("fractions", () -> hierarchicalBuilder().timeToLive(Duration.ofMillis(1_500)), "whole seconds"),
                mistake("a day and more", () -> hierarchicalBuilder().timeToLive(day.plusSeconds(1)), "24 hours"),
                mistake("no cache", () -> hierarchicalBuilder().maxCacheEntries(0), "1 to 1000000"),
                mistake("a huge cache", () -> hierarchicalBuilder().maxCacheEntries(1_000_001), "1 to 1000000"));
    }

    private static Stream<Arguments> combined() {
        Keyring one = Keyrings.awsKms(KEY);
        Keyring discovery = Keyrings.awsKmsDiscovery().accounts(ACCOUNT).build();
        return Stream.of(
                mistake("discovery writes", () -> Keyrings.multi(one, discovery), "writeWithOneReadWithAny"),
                mistake("discovery writes first", () -> Keyrings.multi(discovery, one), "writeWithOneReadWithAny"),
                mistake("discovery writes alone", () -> Keyrings.writeWithOneReadWithAny(discovery, one), "first"),
                mistake("nothing else to read", () -> Keyrings.writeWithOneReadWithAny(one), "alone"),
                mistake("a key twice", () -> Keyrings.multi(one, Keyrings.awsKms(List.of(OTHER_KEY, KEY))), KEY),
                mistake("a key twice, reading", () -> Keyrings.writeWithOneReadWithAny(one, Keyrings.awsKms(KEY)), KEY),
                mistake(
                        "a multi-Region key twice",
                        () -> Keyrings.multi(
                                Keyrings.awsKmsMultiRegion(MULTI_REGION_KEY), Keyrings.awsKmsMultiRegion(REPLICA)),
                        "arn:aws:kms:*:111122223333:key/mrk-",
                        "once"),
                mistake("a raw key twice", () -> Keyrings.multi(Samples.rawAes(), Samples.rawAes()), "test key-1"),
                mistake(
                        "nine keys in all",
                        () -> Keyrings.multi(Keyrings.awsKms(keys(5)), Keyrings.awsKms(keys(9).subList(5, 9))),
                        "9 wrapping keys",
                        "at most 8"));
    }

    private static Stream<Arguments> rawKeys() {
        return IntStream.of(0, 16, 24, 31, 33)
                .mapToObj(size -> mistake(
                        "a raw key of " + size,
                        () -> Keyrings.rawAes("test", "key", new byte[size]),
                        size + " bytes",
                        "32"));
    }

    private static AwsKmsHierarchicalBuilder hierarchicalBuilder() {
        return Keyrings.awsKmsHierarchical();
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> KEY.replace("1234abcd", "1234abc" + i))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsRefusedWhereItIsMade(ThrowingCallable call, List<String> advice) {
        assertThatThrownBy(call)
                .isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class)
                .hasMessageContainingAll(advice.toArray(CharSequence[]::new))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(3_000));
    }

    @Test
    void eightKeysAreTaken() {
        assertThat(Keyrings.awsKms(keys(8)).canEncrypt()).isTrue();
        assertThat(Keyrings.multi(Keyrings.awsKms(keys(4)), Keyrings.awsKms(keys(8).subList(4, 8)))
                        .canEncrypt())
                .isTrue();
    }

    @Test
    void aRegionWithoutClientIsRefusedWhenTheKeyringIsOpenedAndOpeningItAgainWorks() {
        List<Boolean> given = new ArrayList<>(Arrays.asList(false, true));
        Keyring keyring = Keyrings.awsKms(List.of(KEY), region -> given.remove(0) ? CLIENT : null);

        assertThatIllegalArgumentException().isThrownBy(keyring::open).withMessageContaining("eu-west-1");
        keyring.open().close();
    }

    @Test
    void clientsOfItsOwnAreMadeAndClosedWithoutNetwork() {
        List<Keyring> keyrings = List.of(
                Keyrings.awsKms(KEY),
                Keyrings.awsKms(List.of(KEY, REPLICA)),
                Keyrings.awsKmsMultiRegion(REPLICA),
                Keyrings.awsKmsMultiRegion(List.of(REPLICA)),
                Keyrings.awsKmsDiscovery().accounts(ACCOUNT).build(),
                Keyrings.awsKmsHierarchical()
                        .branchKeyId("orders")
                        .tableName("branch-keys")
                        .kmsKey(KEY)
                        .build());
        for (Keyring keyring : keyrings) {
            Keyring.OpenKeyring open = keyring.open();
            open.close();
            open.close();
        }
    }

    @Test
    void whatACombinationCanDoFollowsFromItsParts() {
        Keyring kms = Keyrings.awsKms(KEY);
        Keyring other = Keyrings.awsKms(OTHER_KEY);
        Keyring raw = Samples.rawAes();
        Keyring discovery = Keyrings.awsKmsDiscovery().accounts(ACCOUNT).build();
        Keyring hierarchical = Keyrings.awsKmsHierarchical()
                .branchKeyId("orders")
                .tableName("branch-keys")
                .kmsKey(KEY)
                .build();

        assertThat(List.of(kms, Keyrings.awsKmsMultiRegion(REPLICA), Keyrings.awsKms(List.of(KEY, OTHER_KEY))))
                .allMatch(Keyring::canEncrypt)
                .allMatch(Keyring::separatesWritersFromReaders);
        assertThat(discovery)
                .matches(Keyring::separatesWritersFromReaders)
                .matches(keyring -> !keyring.canEncrypt(), "only decrypts");
        assertThat(List.of(raw, hierarchical, Keyrings.of(raw.open().materialProvidersKeyring())))
                .allMatch(Keyring::canEncrypt)
                .noneMatch(Keyring::separatesWritersFromReaders);
        assertThat(List.of(
                        Keyrings.multi(kms, other),
                        Keyrings.writeWithOneReadWithAny(kms, other),
                        Keyrings.writeWithOneReadWithAny(kms, discovery)))
                .allMatch(Keyring::canEncrypt)
                .allMatch(Keyring::separatesWritersFromReaders);
        assertThat(List.of(Keyrings.multi(kms, raw), Keyrings.writeWithOneReadWithAny(kms, raw)))
                .allMatch(Keyring::canEncrypt)
                .noneMatch(Keyring::separatesWritersFromReaders);
        assertThat(Keyrings.multi(kms, raw).toString()).contains(KEY).contains("raw AES test/key-1");
    }
}
