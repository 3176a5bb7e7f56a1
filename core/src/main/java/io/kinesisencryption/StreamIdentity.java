// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which stream: its name, and its ARN where that is known. A record is bound to the stream that it was sealed for. Immutable.
 *
 * @param name the stream's name: 1 to 128 letters, digits, underscores, points and hyphens
 * @param arn the stream's ARN, or null; its name must be {@code name}
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html">CreateStream: StreamName</a>
 */
public record StreamIdentity(String name, @Nullable String arn) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    private static final Pattern ARN =
            Pattern.compile("arn:aws(?:-[a-z]+)*:kinesis:[a-z0-9-]+:[0-9]{12}:stream/([A-Za-z0-9_.-]{1,128})");

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if the name or the ARN is not one, or they contradict each other
     */
    public StreamIdentity {
        if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a stream name: 1 to 128 of the characters A-Z a-z 0-9 _ . -".formatted(name));
        }
        if (arn != null && !nameIn(arn).equals(name)) {
            throw new IllegalArgumentException(
                    "The stream ARN '%s' is not one of the stream '%s'".formatted(arn, name));
        }
    }

    /**
     * A stream by its name alone.
     *
     * @param name the stream's name
     * @return the identity
     * @throws IllegalArgumentException if it is not a stream name
     */
    public static StreamIdentity of(String name) {
        return new StreamIdentity(name, null);
    }

    /**
     * A stream by its ARN.
     *
     * @param arn the stream's ARN
     * @return the identity, with the name that the ARN holds
     * @throws IllegalArgumentException if it is not the ARN of a stream
     */
    public static StreamIdentity ofArn(String arn) {
        return new StreamIdentity(nameIn(arn), arn);
    }

    private static String nameIn(String arn) {
        Matcher matcher = ARN.matcher(Objects.requireNonNull(arn, "arn"));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not the ARN of a stream; one looks like arn:aws:kinesis:eu-west-1:111122223333:stream/orders"
                            .formatted(arn));
        }
        return matcher.group(1);
    }

    /**
     * The ARN, or the name where no ARN is known.
     *
     * @return one line for logs
     */
    @Override
    public String toString() {
        return arn == null ? name : arn;
    }
}
