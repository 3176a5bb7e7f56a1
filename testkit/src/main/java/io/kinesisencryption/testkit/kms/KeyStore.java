// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import software.amazon.awssdk.services.kms.model.KeySpec;

/** The keys and aliases of one account, in every region. Thread-safe. */
final class KeyStore {
    static final String ALIAS_PREFIX = "alias/";

    private final String accountId;
    private final Clock clock;
    private final Random random;
    private final Map<String, KmsKey> keysByArn = new ConcurrentSkipListMap<>();
    private final Map<String, String> keyArnsByAliasArn = new ConcurrentHashMap<>();

    KeyStore(String accountId, Clock clock, Random random) {
        this.accountId = accountId;
        this.clock = clock;
        this.random = random;
    }

    KmsKey create(String region, KeySpec spec, boolean multiRegion, String description) {
        UUID uuid = randomUuid();
        String keyId = multiRegion ? "mrk-" + uuid.toString().replace("-", "") : uuid.toString();
        byte[] bytes = new byte[spec == KeySpec.SYMMETRIC_DEFAULT ? 32 : hmacSizeBytes(spec)];
        random.nextBytes(bytes);
        KeyMaterial material = new KeyMaterial(
                bytes,
                spec == KeySpec.SYMMETRIC_DEFAULT ? "AES" : spec.toString().replace("HMAC_", "HmacSHA"));
        KmsKey key = new KmsKey(region, accountId, keyId, spec, description, material, clock);
        keysByArn.put(key.arn(), key);
        return key;
    }

    private static int hmacSizeBytes(KeySpec spec) {
        return Integer.parseInt(spec.toString().substring("HMAC_".length())) / Byte.SIZE;
    }

    /** Adds a replica, or returns nothing where that region has one (or the primary) already. */
    Optional<KmsKey> replicate(KmsKey key, String region) {
        KmsKey replica = key.replicaIn(region);
        return keysByArn.putIfAbsent(replica.arn(), replica) == null ? Optional.of(replica) : Optional.empty();
    }

    void remove(KmsKey key) {
        keysByArn.remove(key.arn(), key);
        keyArnsByAliasArn.values().removeIf(key.arn()::equals);
    }

    Optional<KmsKey> byArn(String arn) {
        KmsKey key = keysByArn.get(arn);
        if (key != null && key.isGone()) {
            remove(key);
            return Optional.empty();
        }
        return Optional.ofNullable(key);
    }

    Optional<KmsKey> byKeyId(String region, String keyId) {
        return byArn(KmsKey.arn(region, accountId, keyId));
    }

    List<KmsKey> inRegion(String region) {
        return keysByArn.keySet().stream()
                .filter(arn -> arn.startsWith("arn:aws:kms:" + region + ":"))
                .flatMap(arn -> byArn(arn).stream())
                .toList();
    }

    int size() {
        return keysByArn.size();
    }

    /** The key that a request names by ARN, key id, alias name or alias ARN; throws the service's NotFoundException. */
    KmsKey resolve(Caller caller, String keyId) {
        Limits.requireKeyId(caller, keyId);
        if (!keyId.startsWith("arn:")) {
            return resolveResource(caller, keyId.startsWith(ALIAS_PREFIX) ? keyId : "key/" + keyId);
        }
        String[] parts = keyId.split(":", 6);
        if (parts.length < 6 || !parts[2].equals("kms")) {
            throw KmsErrors.notFound(caller, "Invalid arn " + keyId);
        }
        if (!parts[3].equals(caller.region())) {
            throw KmsErrors.notFound(caller, "Invalid arn " + parts[3]);
        }
        if (!parts[4].equals(accountId)) {
            throw KmsErrors.notFound(caller, "Key '" + keyId + "' does not exist");
        }
        return resolveResource(caller, parts[5]);
    }

    private KmsKey resolveResource(Caller caller, String resource) {
        String prefix = "arn:aws:kms:" + caller.region() + ":" + accountId + ":";
        String arn = prefix + resource;
        if (!resource.startsWith(ALIAS_PREFIX)) {
            return byArn(arn).orElseThrow(() -> KmsErrors.notFound(caller, "Key '" + arn + "' does not exist"));
        }
        return Optional.ofNullable(keyArnsByAliasArn.get(arn))
                .flatMap(this::byArn)
                .orElseThrow(() -> KmsErrors.notFound(caller, "Alias " + arn + " is not found."));
    }

    /** Returns false where the alias exists already. */
    boolean addAlias(String region, String alias, String keyArn) {
        return keyArnsByAliasArn.putIfAbsent(aliasArn(region, alias), keyArn) == null;
    }

    void putAlias(String region, String alias, String keyArn) {
        keyArnsByAliasArn.put(aliasArn(region, alias), keyArn);
    }

    /** Returns false where there is no such alias. */
    boolean updateAlias(String region, String alias, String keyArn) {
        return keyArnsByAliasArn.replace(aliasArn(region, alias), keyArn) != null;
    }

    /** Returns false where there is no such alias. */
    boolean removeAlias(String region, String alias) {
        return keyArnsByAliasArn.remove(aliasArn(region, alias)) != null;
    }

    String aliasArn(String region, String alias) {
        return String.format(Locale.ROOT, "arn:aws:kms:%s:%s:%s", region, accountId, alias);
    }

    private UUID randomUuid() {
        return new UUID(
                (random.nextLong() & ~0xf000L) | 0x4000L,
                (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | Long.MIN_VALUE);
    }
}
