// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.keyring;

import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring;
import io.kinesisencryption.internal.encryptionsdk.CompositeKeyring.Part;
import io.kinesisencryption.internal.materials.KmsKeyArn;
import io.kinesisencryption.keyring.Keyring.OpenKeyring;
import io.kinesisencryption.keyring.Keyring.Traits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkKeyringInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;

/** Keyrings of symmetric AWS KMS keys that are named. */
final class AwsKmsKeyrings {
    static final MaterialProviders PROVIDERS = MaterialProviders.builder()
            .MaterialProvidersConfig(MaterialProvidersConfig.builder().build())
            .build();

    private AwsKmsKeyrings() {}

    /** Each key by its own ARN alone. */
    static Keyring exact(List<KmsKeyArn> keys, Supplier<RegionalKmsClients> clients) {
        return keyring("AWS KMS ", keys, clients, false);
    }

    /** Each key by its own ARN and those of its replicas. */
    static Keyring multiRegion(List<KmsKeyArn> keys, Supplier<RegionalKmsClients> clients) {
        for (KmsKeyArn key : keys) {
            if (!key.isMultiRegion()) {
                throw new IllegalArgumentException(
                        "%s is not a multi-Region key, whose id begins mrk-, so no other region has a replica of it: use Keyrings.awsKms"
                                .formatted(key));
            }
        }
        return keyring("AWS KMS multi-Region ", keys, clients, true);
    }

    private static Keyring keyring(
            String kind, List<KmsKeyArn> keys, Supplier<RegionalKmsClients> clients, boolean replicas) {
        Set<String> names = new LinkedHashSet<>();
        keys.forEach(key -> names.add(key.inAnyRegion()));
        return new Keyring(
                kind + keys.stream().map(KmsKeyArn::text).collect(Collectors.joining(", ")),
                Traits.ofWriter(names, true),
                (provider, info) ->
                        keys.stream().anyMatch(key -> recognises(key, replicas).test(provider, info)),
                () -> open(keys, clients.get(), replicas));
    }

    private static BiPredicate<String, ByteBuffer> recognises(KmsKeyArn key, boolean replicas) {
        return (provider, info) -> KmsKeyArn.PROVIDER.equals(provider)
                && KmsKeyArn.find(info)
                        .filter(arn -> replicas ? key.isSameKeyAs(arn) : key.equals(arn))
                        .isPresent();
    }

    private static OpenKeyring open(List<KmsKeyArn> keys, RegionalKmsClients clients, boolean replicas) {
        try {
            List<Part> parts = new ArrayList<>();
            for (KmsKeyArn key : keys) {
                parts.add(new Part(
                        materialProvidersKeyring(key, clients, replicas), recognises(key, replicas), true, true));
            }
            IKeyring keyring = parts.size() == 1 && !replicas ? parts.get(0).keyring() : new CompositeKeyring(parts);
            return new OpenKeyring(keyring, clients::close);
        } catch (RuntimeException e) {
            clients.close();
            throw e;
        }
    }

    private static IKeyring materialProvidersKeyring(KmsKeyArn key, RegionalKmsClients clients, boolean replicas) {
        if (replicas) {
            return PROVIDERS.CreateAwsKmsMrkKeyring(CreateAwsKmsMrkKeyringInput.builder()
                    .kmsKeyId(key.text())
                    .kmsClient(clients.in(key.region()))
                    .build());
        }
        return PROVIDERS.CreateAwsKmsKeyring(CreateAwsKmsKeyringInput.builder()
                .kmsKeyId(key.text())
                .kmsClient(clients.in(key.region()))
                .build());
    }
}
