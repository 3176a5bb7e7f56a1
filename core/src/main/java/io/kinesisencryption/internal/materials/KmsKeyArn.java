// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.regions.Region;

/**
 * The ARN of an AWS KMS key. Two are equal if their texts are. Immutable.
 *
 * @param text the whole ARN
 * @param partition {@code aws}, or that of another part of AWS
 * @param region the key's region
 * @param account the key's account, 12 digits
 * @param keyId the key's id, without {@code key/}
 */
public record KmsKeyArn(String text, String partition, Region region, String account, String keyId) {
    /** The provider id of every encrypted data key that AWS KMS made. */
    public static final String PROVIDER = "aws-kms";

    /** What the service takes: <a href="https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html">Decrypt, KeyId</a>. */
    private static final int MAX_CHARACTERS = 2048;

    private static final String MULTI_REGION_PREFIX = "mrk-";
    private static final Pattern KEY =
            Pattern.compile("arn:(aws(?:-[a-z]{1,16}){0,3}):kms:([a-z0-9-]{1,63}):([0-9]{12}):key/([A-Za-z0-9-]+)");
    private static final Pattern ALIAS = Pattern.compile("(?:arn:[^ ]*:)?alias/.*");

    /**
     * Reads what an application configured.
     *
     * @param text the ARN
     * @return what it says
     * @throws IllegalArgumentException if it is not the ARN of a key
     */
    public static KmsKeyArn parse(String text) {
        Objects.requireNonNull(text, "keyArn");
        return find(text).orElseThrow(() -> new IllegalArgumentException(whyNot(text)));
    }

    /**
     * Reads the ARNs that are used side by side.
     *
     * @param texts the ARNs
     * @return what they say, in their order
     * @throws IllegalArgumentException if there is none, one is not the ARN of a key, or two are of the same key, be it in two regions
     */
    public static List<KmsKeyArn> parseAll(Collection<String> texts) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("No key is given; give the ARN of at least one");
        }
        List<KmsKeyArn> arns = texts.stream().map(KmsKeyArn::parse).toList();
        Set<KmsKeyArn> seen = new LinkedHashSet<>();
        for (KmsKeyArn arn : arns) {
            for (KmsKeyArn other : seen) {
                if (arn.equals(other)) {
                    throw new IllegalArgumentException("The key %s is given twice; give each key once".formatted(arn));
                }
                if (arn.isSameKeyAs(other)) {
                    throw new IllegalArgumentException(
                            "%s and %s are one multi-Region key, and one encrypted data key is enough for both regions: give the ARN of the region where this program runs, to Keyrings.awsKmsMultiRegion"
                                    .formatted(other, arn));
                }
            }
            seen.add(arn);
        }
        return arns;
    }

    /**
     * Reads what a record names: bytes of a writer who need not be honest.
     *
     * @param bytes the provider info of an encrypted data key; its position is not moved
     * @return what it says; empty if it is not the ARN of a key
     */
    public static Optional<KmsKeyArn> find(ByteBuffer bytes) {
        // Every character takes at least one byte; what cannot be decoded cannot match either.
        return bytes.remaining() > MAX_CHARACTERS
                ? Optional.empty()
                : find(StandardCharsets.UTF_8.decode(bytes.duplicate()).toString());
    }

    /**
     * Reads a text that need not be the ARN of a key.
     *
     * @param text the text
     * @return what it says; empty if it is not the ARN of a key
     */
    public static Optional<KmsKeyArn> find(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        Matcher matcher = KEY.matcher(text);
        return matcher.matches()
                ? Optional.of(new KmsKeyArn(
                        text, matcher.group(1), Region.of(matcher.group(2)), matcher.group(3), matcher.group(4)))
                : Optional.empty();
    }

    private static String whyNot(String text) {
        if (text.length() <= MAX_CHARACTERS && ALIAS.matcher(text).matches()) {
            return "'%s' is an alias. A record names the key that an alias stood for when it was written, and a keyring of the alias would not recognise it: give the key's ARN (aws kms describe-key shows it)"
                    .formatted(text);
        }
        return "'%s' is not the ARN of an AWS KMS key; one looks like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                .formatted(text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "…");
    }

    /**
     * Whether the key may have replicas in other regions.
     *
     * @return whether its id is that of a multi-Region key
     */
    public boolean isMultiRegion() {
        return keyId.startsWith(MULTI_REGION_PREFIX);
    }

    /**
     * Whether this names the other's key, or a replica of it in another region: the rule of the
     * <a href="https://github.com/awslabs/aws-encryption-sdk-specification/blob/master/framework/aws-kms/aws-kms-mrk-match-for-decrypt.md">Encryption
     * SDK specification, AWS KMS MRK match for decrypt</a>.
     *
     * @param other another ARN
     * @return whether they are of one key
     */
    public boolean isSameKeyAs(KmsKeyArn other) {
        return inAnyRegion().equals(other.inAnyRegion());
    }

    /**
     * The same text for every key for which {@link #isSameKeyAs} is true, and for no other.
     *
     * @return the ARN, of a multi-Region key without its region
     */
    public String inAnyRegion() {
        return isMultiRegion() ? "arn:%s:kms:*:%s:key/%s".formatted(partition, account, keyId) : text;
    }

    @Override
    public String toString() {
        return text;
    }
}
