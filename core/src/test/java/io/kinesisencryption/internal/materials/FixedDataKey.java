// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.materials;

import io.kinesisencryption.internal.envelope.EncryptedDataKeyEntry;
import java.util.List;
import java.util.Map;

/** A key service that gives one data key, whatever it is asked for and whatever encrypted it. */
public final class FixedDataKey implements DataKeySource {
    private final byte[] dataKey;
    private final List<EncryptedDataKeyEntry> encryptedDataKeys;

    public FixedDataKey(byte[] dataKey, List<EncryptedDataKeyEntry> encryptedDataKeys) {
        this.dataKey = dataKey;
        this.encryptedDataKeys = encryptedDataKeys;
    }

    @Override
    public DataKey generate(Map<String, String> context) {
        return DataKey.takeOver(dataKey.clone(), encryptedDataKeys);
    }

    @Override
    public DataKey decrypt(List<EncryptedDataKeyEntry> ofTheRecord, Map<String, String> context) {
        return DataKey.takeOver(dataKey.clone(), ofTheRecord);
    }
}
