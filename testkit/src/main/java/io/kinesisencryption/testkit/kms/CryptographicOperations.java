// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextResponse;
import software.amazon.awssdk.services.kms.model.GenerateMacRequest;
import software.amazon.awssdk.services.kms.model.GenerateMacResponse;
import software.amazon.awssdk.services.kms.model.GenerateRandomRequest;
import software.amazon.awssdk.services.kms.model.GenerateRandomResponse;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.MacAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.ReEncryptRequest;
import software.amazon.awssdk.services.kms.model.ReEncryptResponse;
import software.amazon.awssdk.services.kms.model.VerifyMacRequest;
import software.amazon.awssdk.services.kms.model.VerifyMacResponse;

/**
 * The operations that use a key. Each checks in the service's order: the request, the key, the caller's permission, the key's state and
 * usage, and then works. Thread-safe.
 */
final class CryptographicOperations {
    private final KeyStore keys;
    private final AccessRules access;
    private final Random random;

    CryptographicOperations(KeyStore keys, AccessRules access, Random random) {
        this.keys = keys;
        this.access = access;
        this.random = random;
    }

    GenerateDataKeyResponse generateDataKey(Caller caller, GenerateDataKeyRequest request) {
        refuseRecipient(request.recipient());
        int sizeBytes = dataKeySizeBytes(caller, request.keySpec(), request.numberOfBytes());
        KmsKey key = usable(caller, "GenerateDataKey", request.keyId(), KeyUsageType.ENCRYPT_DECRYPT);
        Limits.requireContext(caller, request.encryptionContext());
        endDryRun(caller, request.dryRun());
        byte[] plaintext = randomBytes(sizeBytes);
        return GenerateDataKeyResponse.builder()
                .keyId(key.arn())
                .plaintext(SdkBytes.fromByteArray(plaintext))
                .ciphertextBlob(seal(key, request.encryptionContext(), plaintext))
                .build();
    }

    GenerateDataKeyWithoutPlaintextResponse generateDataKeyWithoutPlaintext(
            Caller caller, GenerateDataKeyWithoutPlaintextRequest request) {
        int sizeBytes = dataKeySizeBytes(caller, request.keySpec(), request.numberOfBytes());
        KmsKey key = usable(caller, "GenerateDataKeyWithoutPlaintext", request.keyId(), KeyUsageType.ENCRYPT_DECRYPT);
        Limits.requireContext(caller, request.encryptionContext());
        endDryRun(caller, request.dryRun());
        return GenerateDataKeyWithoutPlaintextResponse.builder()
                .keyId(key.arn())
                .ciphertextBlob(seal(key, request.encryptionContext(), randomBytes(sizeBytes)))
                .build();
    }

    EncryptResponse encrypt(Caller caller, EncryptRequest request) {
        byte[] plaintext =
                Limits.requireBytes(caller, "plaintext", request.plaintext(), Limits.MAX_PLAINTEXT_SIZE_BYTES);
        KmsKey key = usable(caller, "Encrypt", request.keyId(), KeyUsageType.ENCRYPT_DECRYPT);
        requireSymmetric(caller, request.encryptionAlgorithm());
        Limits.requireContext(caller, request.encryptionContext());
        endDryRun(caller, request.dryRun());
        return EncryptResponse.builder()
                .keyId(key.arn())
                .encryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                .ciphertextBlob(seal(key, request.encryptionContext(), plaintext))
                .build();
    }

    DecryptResponse decrypt(Caller caller, DecryptRequest request) {
        refuseRecipient(request.recipient());
        byte[] blob = Limits.requireBytes(
                caller, "ciphertextBlob", request.ciphertextBlob(), Limits.MAX_CIPHERTEXT_SIZE_BYTES);
        requireSymmetric(caller, request.encryptionAlgorithm());
        Opened opened = open(caller, "Decrypt", request.keyId(), blob, request.encryptionContext());
        endDryRun(caller, request.dryRun());
        return DecryptResponse.builder()
                .keyId(opened.key().arn())
                .encryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                .plaintext(opened.plaintext())
                .build();
    }

    ReEncryptResponse reEncrypt(Caller caller, ReEncryptRequest request) {
        byte[] blob = Limits.requireBytes(
                caller, "ciphertextBlob", request.ciphertextBlob(), Limits.MAX_CIPHERTEXT_SIZE_BYTES);
        requireSymmetric(caller, request.sourceEncryptionAlgorithm());
        requireSymmetric(caller, request.destinationEncryptionAlgorithm());
        KmsKey destination = usable(caller, "ReEncrypt", request.destinationKeyId(), KeyUsageType.ENCRYPT_DECRYPT);
        Limits.requireContext(caller, request.destinationEncryptionContext());
        Opened opened = open(caller, "ReEncrypt", request.sourceKeyId(), blob, request.sourceEncryptionContext());
        endDryRun(caller, request.dryRun());
        return ReEncryptResponse.builder()
                .keyId(destination.arn())
                .sourceKeyId(opened.key().arn())
                .sourceEncryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                .destinationEncryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                .ciphertextBlob(seal(
                        destination,
                        request.destinationEncryptionContext(),
                        opened.plaintext().asByteArray()))
                .build();
    }

    GenerateMacResponse generateMac(Caller caller, GenerateMacRequest request) {
        byte[] message = Limits.requireBytes(caller, "message", request.message(), Limits.MAX_PLAINTEXT_SIZE_BYTES);
        KmsKey key = usable(caller, "GenerateMac", request.keyId(), KeyUsageType.GENERATE_VERIFY_MAC);
        requireMacAlgorithm(caller, key, request.macAlgorithm());
        endDryRun(caller, request.dryRun());
        return GenerateMacResponse.builder()
                .keyId(key.arn())
                .macAlgorithm(key.macAlgorithm())
                .mac(SdkBytes.fromByteArray(key.material().mac(message)))
                .build();
    }

    VerifyMacResponse verifyMac(Caller caller, VerifyMacRequest request) {
        byte[] message = Limits.requireBytes(caller, "message", request.message(), Limits.MAX_PLAINTEXT_SIZE_BYTES);
        byte[] mac = Limits.requireBytes(caller, "mac", request.mac(), Limits.MAX_CIPHERTEXT_SIZE_BYTES);
        KmsKey key = usable(caller, "VerifyMac", request.keyId(), KeyUsageType.GENERATE_VERIFY_MAC);
        requireMacAlgorithm(caller, key, request.macAlgorithm());
        endDryRun(caller, request.dryRun());
        if (!MessageDigest.isEqual(mac, key.material().mac(message))) {
            throw KmsErrors.invalidMac(caller);
        }
        return VerifyMacResponse.builder()
                .keyId(key.arn())
                .macAlgorithm(key.macAlgorithm())
                .macValid(true)
                .build();
    }

    GenerateRandomResponse generateRandom(Caller caller, GenerateRandomRequest request) {
        refuseRecipient(request.recipient());
        int sizeBytes = Limits.requirePresent(caller, "numberOfBytes", request.numberOfBytes());
        Limits.requireRange(caller, "numberOfBytes", "value", sizeBytes, 1, Limits.MAX_RANDOM_SIZE_BYTES);
        if (!access.allows(caller.principal(), "GenerateRandom", AccessRules.ANY)) {
            throw KmsErrors.accessDenied(caller, "GenerateRandom", AccessRules.ANY);
        }
        return GenerateRandomResponse.builder()
                .plaintext(SdkBytes.fromByteArray(randomBytes(sizeBytes)))
                .build();
    }

    /** A ciphertext's key and its plaintext; SdkBytes would print the latter. */
    private record Opened(KmsKey key, SdkBytes plaintext) {
        @Override
        public String toString() {
            return "Opened[" + key + "]";
        }
    }

    private Opened open(
            Caller caller,
            String operation,
            @Nullable String requestedKeyId,
            byte[] blob,
            Map<String, String> context) {
        Limits.requireContext(caller, context);
        Optional<KmsKey> requested = Optional.ofNullable(requestedKeyId)
                .map(id -> usable(caller, operation, id, KeyUsageType.ENCRYPT_DECRYPT));
        CiphertextBlob ciphertext = CiphertextBlob.parse(blob).orElseThrow(() -> KmsErrors.invalidCiphertext(caller));
        KmsKey key = keyOf(caller, ciphertext).orElse(null);
        if (requested.isPresent() && requested.get() != key) {
            throw KmsErrors.incorrectKey(caller);
        }
        if (key == null || !access.allows(caller.principal(), operation, key.arn())) {
            throw KmsErrors.accessDeniedToCiphertext(caller);
        }
        requireState(caller, key);
        try {
            return new Opened(key, SdkBytes.fromByteArray(ciphertext.open(key.material(), context)));
        } catch (AEADBadTagException e) {
            throw KmsErrors.invalidCiphertext(caller);
        }
    }

    /** The key that a ciphertext names; a multi-Region key's replica in the caller's region stands for the others. */
    private Optional<KmsKey> keyOf(Caller caller, CiphertextBlob ciphertext) {
        String arn = ciphertext.keyArn();
        String keyId = arn.substring(arn.lastIndexOf('/') + 1);
        return keys.byKeyId(caller.region(), keyId)
                .filter(key -> key.isMultiRegion() || key.arn().equals(arn));
    }

    private KmsKey usable(Caller caller, String operation, @Nullable String keyId, KeyUsageType usage) {
        KmsKey key = keys.resolve(caller, Limits.requirePresent(caller, "keyId", keyId));
        if (!access.allows(caller.principal(), operation, key.arn())) {
            throw KmsErrors.accessDenied(caller, operation, key.arn());
        }
        requireState(caller, key);
        if (key.usage() != usage) {
            throw KmsErrors.invalidKeyUsage(
                    caller, key.arn() + " key usage is " + key.usage() + " which is not valid for " + operation + ".");
        }
        return key;
    }

    private static void requireState(Caller caller, KmsKey key) {
        KeyState state = key.state();
        if (state == KeyState.DISABLED) {
            throw KmsErrors.disabled(caller, key.arn());
        }
        if (state == KeyState.PENDING_DELETION) {
            throw KmsErrors.invalidState(caller, key.arn() + " is pending deletion.");
        }
    }

    private static void requireSymmetric(Caller caller, @Nullable EncryptionAlgorithmSpec algorithm) {
        if (algorithm != null && algorithm != EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT) {
            throw KmsErrors.invalidKeyUsage(
                    caller, "Encryption algorithm " + algorithm + " is not valid for a SYMMETRIC_DEFAULT key.");
        }
    }

    private static void requireMacAlgorithm(Caller caller, KmsKey key, @Nullable MacAlgorithmSpec algorithm) {
        if (Limits.requirePresent(caller, "macAlgorithm", algorithm) != key.macAlgorithm()) {
            throw KmsErrors.invalidKeyUsage(
                    caller, "MAC algorithm " + algorithm + " is not valid for " + key.arn() + ".");
        }
    }

    private static int dataKeySizeBytes(Caller caller, @Nullable DataKeySpec spec, @Nullable Integer numberOfBytes) {
        if ((spec == null) == (numberOfBytes == null)) {
            throw KmsErrors.validation(caller, "Please specify either number of bytes or key spec.");
        }
        if (numberOfBytes != null) {
            Limits.requireRange(caller, "numberOfBytes", "value", numberOfBytes, 1, Limits.MAX_RANDOM_SIZE_BYTES);
            return numberOfBytes;
        }
        if (spec == DataKeySpec.AES_256) {
            return 32;
        }
        if (spec == DataKeySpec.AES_128) {
            return 16;
        }
        throw KmsErrors.validation(caller, "Value at 'keySpec' must be one of [AES_256, AES_128]");
    }

    private static void endDryRun(Caller caller, @Nullable Boolean dryRun) throws KmsException {
        if (Boolean.TRUE.equals(dryRun)) {
            throw KmsErrors.dryRun(caller);
        }
    }

    private static void refuseRecipient(@Nullable Object recipient) {
        if (recipient != null) {
            throw new UnsupportedOperationException("InMemoryKms has no Nitro enclaves: a recipient is not supported");
        }
    }

    private SdkBytes seal(KmsKey key, Map<String, String> context, byte[] plaintext) {
        return SdkBytes.fromByteArray(CiphertextBlob.seal(key, context, plaintext, random));
    }

    private byte[] randomBytes(int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        random.nextBytes(bytes);
        return bytes;
    }
}
