// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.benchmarks;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.security.Security;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where AES-GCM comes from. */
public enum JcaProvider {
    /** The first of the JVM's own. */
    DEFAULT,

    /** The Amazon Corretto Crypto Provider, first in the JVM's order as well as handed to the library. */
    ACCP;

    /** Makes it the JVM's first provider too: what takes no provider as an argument follows that order. */
    @Nullable
    Provider install() {
        if (this == DEFAULT) {
            return null;
        }
        AmazonCorrettoCryptoProvider.install();
        AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
        return Security.getProvider(AmazonCorrettoCryptoProvider.PROVIDER_NAME);
    }

    /** As it stands on the command line. */
    String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
