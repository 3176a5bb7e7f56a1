// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HkdfTest {
    private static final HexFormat HEX = HexFormat.of();

    private final Hkdf hkdf = new Hkdf(new JcaAlgorithms(null), Hmac.SHA_512);

    /** The inputs of RFC 5869's test cases 1 to 3; the outputs for SHA-512 are those of Python's hmac and of OpenSSL's HKDF, which agree. */
    @ParameterizedTest
    @CsvSource({
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,000102030405060708090a0b0c,f0f1f2f3f4f5f6f7f8f9,"
                + "665799823737ded04a88e47e54a5890bb2c3d247c7a4254a8e61350723590a26c36238127d8661b88cf80ef802d57e2f7cebcf1e00e083848be19929c61b4237,"
                + "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f,"
                + "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf,"
                + "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff,"
                + "35672542907d4e142c00e84499e74e1de08be86535f924e022804ad775dde27ec86cd1e5b7d178c74489bdbeb30712beb82d4f97416c5a94ea81ebdf3e629e4a,"
                + "ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1b695b48cbd1c8388441137b3ce28f16aa64ba33ba466b24df6cfcb021ecff235f6a2056ce3af1de44d572097a8505d9e7a93",
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,'','',"
                + "fd200c4987ac491313bd4a2a13287121247239e11c9ef82802044b66ef357e5b194498d0682611382348572a7b1611de54764094286320578a863f36562b0df6,"
                + "f5fa02b18298a72a8c23898a8703472c6eb179dc204c03425c970e3b164bf90fff22d04836d0e2343bac"
    })
    void yieldsTheKnownAnswers(String inputKey, String salt, String info, String prk, String okm) throws Exception {
        ErasableKey extracted = hkdf.extract(HEX.parseHex(salt), HEX.parseHex(inputKey));

        assertThat(extracted.getEncoded()).asHexString().isEqualToIgnoringCase(prk);
        assertThat(hkdf.expand(extracted, HEX.parseHex(info), okm.length() / 2))
                .asHexString()
                .isEqualToIgnoringCase(okm);
    }

    @Test
    void refusesLengthsThatItCannotYield() throws Exception {
        ErasableKey prk = hkdf.extract(new byte[0], new byte[32]);

        assertThat(hkdf.expand(prk, new byte[0], 255 * 64)).hasSize(255 * 64);
        assertThatIllegalArgumentException().isThrownBy(() -> hkdf.expand(prk, new byte[0], 255 * 64 + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> hkdf.expand(prk, new byte[0], 0));
    }

    @Test
    void aDestroyedKeyIsZeroedAndGivesAnErrorInsteadOfZeros() {
        byte[] bytes = {1, 2, 3};
        ErasableKey key = new ErasableKey("AES", bytes);
        key.destroy();

        assertThat(bytes).containsOnly(0);
        assertThat(key.isDestroyed()).isTrue();
        assertThat(key.toString()).isEqualTo("AES key");
        assertThatIllegalStateException().isThrownBy(key::getEncoded);
    }
}
