// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.error.KinesisEncryptionException;
import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import java.util.List;
import java.util.Map;

/**
 * Where data keys of one envelope format come from: each call asks the key service once and waits for it. The pairs that mark the format are
 * added inside, so a data key that was made for one format is never had for another. Thread-safe.
 */
public interface DataKeySource {
    /**
     * Makes a new data key.
     *
     * @param context the pairs on the wire
     * @return the key with its encrypted copies, for the caller to close
     * @throws KinesisEncryptionException a key failure
     */
    DataKey generate(Map<String, String> context);

    /**
     * Opens one of a record's encrypted data keys.
     *
     * @param encryptedDataKeys all those of the record
     * @param context the pairs on the wire
     * @return the key, for the caller to close
     * @throws KinesisEncryptionException a key failure, or one of the record if its keys are not what a wrapping key made for that context
     */
    DataKey decrypt(List<EncryptedDataKeyEntry> encryptedDataKeys, Map<String, String> context);
}
