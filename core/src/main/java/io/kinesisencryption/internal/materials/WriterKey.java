// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.suite.AlgorithmSuite;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which data key a writer uses: that of an algorithm suite and an encryption context. Looked up for every record, so its hash is computed once.
 * Immutable.
 */
public final class WriterKey {
    private final AlgorithmSuite suite;
    private final Map<String, String> encryptionContext;
    private final int hash;

    /**
     * Makes one.
     *
     * @param suite the suite
     * @param encryptionContext the pairs on the wire, copied
     */
    public WriterKey(AlgorithmSuite suite, Map<String, String> encryptionContext) {
        this.suite = suite;
        this.encryptionContext = Map.copyOf(encryptionContext);
        this.hash = 31 * suite.hashCode() + this.encryptionContext.hashCode();
    }

    /**
     * The suite.
     *
     * @return the suite, and with it the format
     */
    public AlgorithmSuite suite() {
        return suite;
    }

    /**
     * The pairs on the wire.
     *
     * @return an immutable map
     */
    public Map<String, String> encryptionContext() {
        return encryptionContext;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof WriterKey key
                        && hash == key.hash
                        && suite == key.suite
                        && encryptionContext.equals(key.encryptionContext));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The context, which is not secret. */
    @Override
    public String toString() {
        return suite.format() + " " + encryptionContext;
    }
}
