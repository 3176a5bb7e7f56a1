// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.materials.KmsKeyArn;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.keyring.Keyring.Traits;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.RegionMetadata;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsDiscoveryKeyringInput;
import software.amazon.cryptography.materialproviders.model.DiscoveryFilter;

/**
 * Configures a keyring that opens records under any AWS KMS key of the accounts it names, and writes none: for consumers whose producers use keys
 * that the consumers cannot list. A consumer needs {@code kms:Decrypt} on the keys. Prefer to name the keys: whoever can put a record can
 * otherwise choose, among the keys of these accounts, which one is called. Not thread-safe; the keyring is.
 *
 * <pre>{@code
 * Keyring keyring = Keyrings.awsKmsDiscovery().accounts("111122223333").regions(Region.EU_WEST_1).build();
 * }</pre>
 */
public final class AwsKmsDiscoveryBuilder {
    private static final String WITHOUT_ACCOUNTS =
            "Discovery without accounts would ask KMS about any key that a record names: set accounts(\"111122223333\"), the accounts whose keys the producers use";
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    private List<String> accounts = List.of();
    private String partition = "aws";
    private List<Region> regions = List.of();
    private Supplier<RegionalKmsClients> clients = RegionalKmsClients.own();

    AwsKmsDiscoveryBuilder() {}

    /**
     * Sets the accounts whose keys are used. Required.
     *
     * @param accountIds of 12 digits each, copied
     * @return this
     * @throws IllegalArgumentException if one is not an account id, or there is none
     */
    public AwsKmsDiscoveryBuilder accounts(String... accountIds) {
        this.accounts = checkedAccounts(WITHOUT_ACCOUNTS, accountIds);
        return this;
    }

    static List<String> checkedAccounts(String withoutAny, String... accountIds) {
        for (String account : accountIds) {
            if (!ACCOUNT.matcher(account).matches()) {
                throw new IllegalArgumentException(
                        "'%s' is not the id of an AWS account; one has 12 digits, with its leading zeros"
                                .formatted(account));
            }
        }
        if (accountIds.length == 0) {
            throw new IllegalArgumentException(withoutAny);
        }
        return List.copyOf(new TreeSet<>(List.of(accountIds)));
    }

    /**
     * Sets the partition of the accounts.
     *
     * @param partition {@code aws} unless set; {@code aws-cn} or {@code aws-us-gov}, for example
     * @return this
     * @throws IllegalArgumentException if it is not the name of a partition
     */
    public AwsKmsDiscoveryBuilder partition(String partition) {
        if (!Objects.requireNonNull(partition, "partition").matches("aws(?:-[a-z]{1,16}){0,3}")) {
            throw new IllegalArgumentException(
                    "'%s' is not a partition of AWS; one looks like aws, aws-cn or aws-us-gov".formatted(partition));
        }
        this.partition = partition;
        return this;
    }

    /**
     * Sets the regions whose keys are used.
     *
     * @param regions copied; unless set, every region of the partition that this version of the AWS SDK knows
     * @return this
     * @throws IllegalArgumentException if there is none
     */
    public AwsKmsDiscoveryBuilder regions(Region... regions) {
        if (regions.length == 0) {
            throw new IllegalArgumentException("No region is given; give at least one, or leave regions() out for all");
        }
        this.regions = List.of(regions);
        return this;
    }

    /**
     * Sets the clients that are used, in place of clients of the keyring's own.
     *
     * @param clients gives the client of a region, on the first record that needs it; it stays the caller's to close. Give each timeouts: the
     *     SDK's default is none.
     * @return this
     */
    public AwsKmsDiscoveryBuilder clients(Function<Region, KmsClient> clients) {
        this.clients = RegionalKmsClients.of(clients);
        return this;
    }

    /**
     * Makes the keyring. Makes no network call.
     *
     * @return a keyring that cannot encrypt
     * @throws IllegalStateException if no account is set
     * @throws IllegalArgumentException if no region is set, and this version of the AWS SDK knows none of the partition
     */
    public Keyring build() {
        if (accounts.isEmpty()) {
            throw new IllegalStateException(WITHOUT_ACCOUNTS);
        }
        TreeSet<String> allowed = (regions.isEmpty() ? knownRegions(partition) : regions)
                .stream().map(Region::id).collect(Collectors.toCollection(TreeSet::new));
        if (allowed.isEmpty()) {
            throw new IllegalArgumentException(
                    "This version of the AWS SDK knows no region of the partition %s: name them with regions()"
                            .formatted(partition));
        }
        Filter filter = new Filter(partition, accounts, Set.copyOf(allowed));
        Supplier<RegionalKmsClients> with = clients;
        String where = regions.isEmpty() ? "any region" : String.join(", ", allowed);
        return new Keyring(
                "AWS KMS discovery of arn:%s:kms keys in accounts %s, %s"
                        .formatted(partition, String.join(", ", accounts), where),
                Traits.ofReader(true),
                (provider, info) ->
                        filter.accounts().stream().anyMatch(account -> filter.recognises(account, provider, info)),
                () -> open(filter, with.get()));
    }

    private static OpenKeyring open(Filter filter, RegionalKmsClients clients) {
        KmsClient client = new RegionRoutingKmsClient(clients);
        // One for each account, because the filter of the library (1.11.0) matches no key at all if it has several
        // accounts. It knows no regions
        // either; the composite hands each only what it may decrypt.
        List<Part> parts = filter.accounts().stream()
                .map(account -> new Part(
                        discovery(filter.partition(), account, client),
                        (provider, info) -> filter.recognises(account, provider, info),
                        false,
                        false))
                .toList();
        return new OpenKeyring(new CompositeKeyring(parts), clients::close);
    }

    private static IKeyring discovery(String partition, String account, KmsClient client) {
        return AwsKmsKeyrings.PROVIDERS.CreateAwsKmsDiscoveryKeyring(CreateAwsKmsDiscoveryKeyringInput.builder()
                .kmsClient(client)
                .discoveryFilter(DiscoveryFilter.builder()
                        .partition(partition)
                        .accountIds(List.of(account))
                        .build())
                .build());
    }

    /** Which keys are used. */
    private record Filter(String partition, List<String> accounts, Set<String> regions) {
        boolean recognises(String account, String provider, ByteBuffer info) {
            return KmsKeyArn.PROVIDER.equals(provider)
                    && KmsKeyArn.find(info)
                            .filter(arn -> arn.partition().equals(partition)
                                    && arn.account().equals(account)
                                    && regions.contains(arn.region().id()))
                            .isPresent();
        }
    }

    private static Collection<Region> knownRegions(String partition) {
        return Region.regions().stream()
                .filter(region -> !region.isGlobalRegion())
                .filter(region -> {
                    RegionMetadata metadata = region.metadata();
                    return metadata != null
                            && partition.equals(metadata.partition().id());
                })
                .toList();
    }
}
