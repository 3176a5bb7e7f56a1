// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import io.kinesisencryption.testkit.internal.OperationNames;
import java.util.List;

/** The operations that {@link InMemoryKms} answers. */
final class KmsOperations {
    static final OperationNames NAMES = new OperationNames(
            "KMS",
            List.of(
                    "CancelKeyDeletion",
                    "CreateAlias",
                    "CreateKey",
                    "Decrypt",
                    "DeleteAlias",
                    "DescribeKey",
                    "DisableKey",
                    "EnableKey",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyWithoutPlaintext",
                    "GenerateMac",
                    "GenerateRandom",
                    "ListKeys",
                    "ReEncrypt",
                    "ReplicateKey",
                    "ScheduleKeyDeletion",
                    "UpdateAlias",
                    "VerifyMac"));

    private KmsOperations() {}
}
