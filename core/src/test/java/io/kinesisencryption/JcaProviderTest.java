// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kinesisencryption.suite.EnvelopeFormat;
import java.security.Provider;
import java.security.Security;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class JcaProviderTest {
    /** The JDK's own ciphers under another name, which writes down what it is asked for. */
    private static final class Recording extends Provider {
        private static final long serialVersionUID = 1L;

        final transient Set<String> asked = new TreeSet<>();

        Recording() {
            super("Recording", "1", "for tests");
        }

        @Override
        public Service getService(String type, String algorithm) {
            asked.add(type + " " + algorithm);
            return Security.getProvider("SunJCE").getService(type, algorithm);
        }
    }

    @Test
    void compactRecordsAreSealedAndOpenedByTheProviderThatIsSet() {
        Recording provider = new Recording();
        try (KinesisEncryption encryption = KinesisEncryption.builder()
                .keyring(Samples.rawAes())
                .jcaProvider(provider)
                .build()) {
            KinesisRecord sealed = encryption
                    .encryptor(
                            Samples.ORDERS,
                            EncryptorOptions.builder()
                                    .format(EnvelopeFormat.COMPACT)
                                    .build())
                    .encrypt(Samples.record());

            assertThat(encryption
                            .decryptor(Samples.ORDERS)
                            .decrypt(sealed)
                            .get(0)
                            .data())
                    .isEqualTo(Samples.PLAINTEXT);
            assertThat(provider.asked).contains("Cipher AES/GCM/NoPadding", "Mac HmacSHA512");
            try (KinesisEncryption other = Samples.encryption(Samples.rawAes())) {
                assertThat(other.decryptor(Samples.ORDERS).decrypt(sealed)).hasSize(1);
            }
        }
    }

    @Test
    void aProviderThatLacksTheAlgorithmsIsRefusedByBuild() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisEncryption.builder()
                        .keyring(Samples.rawAes())
                        .jcaProvider(Security.getProvider("SUN"))
                        .build())
                .withMessage("The JCA provider SUN does not offer AES/GCM/NoPadding and HmacSHA512");
    }
}
