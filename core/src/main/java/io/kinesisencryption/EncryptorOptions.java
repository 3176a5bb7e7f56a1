// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import io.kinesisencryption.internal.materials.PayloadShape;
import io.kinesisencryption.internal.payload.ZstdCompressor;
import io.kinesisencryption.suite.AlgorithmSuite;
import io.kinesisencryption.suite.Compression;
import io.kinesisencryption.suite.EnvelopeFormat;
import io.kinesisencryption.suite.PayloadKind;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link RecordEncryptor} seals. Readers need none of it: they recognise what they read. Immutable.
 *
 * @see Builder for each option and its default
 */
public final class EncryptorOptions {
    /** What is used where nothing is set: one user record in each AWS Encryption SDK message, as the application keyed it. */
    public static final EncryptorOptions DEFAULTS = builder().build();

    private final EnvelopeFormat format;
    private final PayloadKind payloadKind;
    private final Compression compression;
    private final @Nullable BlindingSecret blindingSecret;
    private final boolean partitionKeyBound;
    private final boolean signed;

    private EncryptorOptions(Builder builder, PayloadKind payloadKind) {
        this.format = builder.format;
        this.payloadKind = payloadKind;
        this.compression = builder.compression;
        this.blindingSecret = builder.blindingSecret;
        this.partitionKeyBound = builder.partitionKeyBound;
        this.signed = builder.signed;
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The envelope format.
     *
     * @return the format
     */
    public EnvelopeFormat format() {
        return format;
    }

    /**
     * What each envelope seals.
     *
     * @return the kind; an aggregate if partition keys are blinded
     */
    public PayloadKind payloadKind() {
        return payloadKind;
    }

    /**
     * How payloads are compressed.
     *
     * @return the compression
     */
    public Compression compression() {
        return compression;
    }

    /**
     * What blinds the partition keys of the wire.
     *
     * @return the secret, or null if the wire shows the application's own keys
     */
    public @Nullable BlindingSecret blindingSecret() {
        return blindingSecret;
    }

    /**
     * Whether a record is bound to the partition key of the wire.
     *
     * @return whether a record that comes with another one is refused
     */
    public boolean partitionKeyBound() {
        return partitionKeyBound;
    }

    /**
     * Whether records are signed.
     *
     * @return whether the suite has a signature
     */
    public boolean signed() {
        return signed;
    }

    AlgorithmSuite suite() {
        if (format == EnvelopeFormat.COMPACT) {
            return AlgorithmSuite.COMPACT_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
        }
        return signed
                ? AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
                : AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
    }

    PayloadShape shape() {
        return new PayloadShape(payloadKind, compression);
    }

    /**
     * The same options with another kind of payload: for a producer that decides itself whether it aggregates.
     *
     * @param newPayloadKind what each envelope shall seal
     * @return a copy, checked as {@link Builder#build()} does
     * @throws IllegalArgumentException if partition keys are blinded and the kind is not {@link PayloadKind#AGGREGATE}
     */
    public EncryptorOptions withPayloadKind(PayloadKind newPayloadKind) {
        Builder builder = builder()
                .format(format)
                .payloadKind(newPayloadKind)
                .compression(compression)
                .bindPartitionKey(partitionKeyBound)
                .signed(signed);
        return blindingSecret == null
                ? builder.build()
                : builder.blindPartitionKeys(blindingSecret).build();
    }

    /** The options, never the secret. */
    @Override
    public String toString() {
        return "EncryptorOptions[format=%s, payloadKind=%s, compression=%s, blinded=%s, partitionKeyBound=%s, signed=%s]"
                .formatted(format, payloadKind, compression, blindingSecret != null, partitionKeyBound, signed);
    }

    /** Configures {@link EncryptorOptions}. Not thread-safe. */
    public static final class Builder {
        private EnvelopeFormat format = EnvelopeFormat.AWS_ENCRYPTION_SDK;
        private @Nullable PayloadKind payloadKind;
        private Compression compression = Compression.NONE;
        private @Nullable BlindingSecret blindingSecret;
        private boolean partitionKeyBound;
        private boolean signed;

        private Builder() {}

        /**
         * Sets the envelope format. {@link EnvelopeFormat#AWS_ENCRYPTION_SDK} unless set.
         *
         * @param format the format
         * @return this
         */
        public Builder format(EnvelopeFormat format) {
            this.format = Objects.requireNonNull(format, "format");
            return this;
        }

        /**
         * Sets what each envelope seals. {@link PayloadKind#RECORD} unless set, or if partition keys are blinded {@link PayloadKind#AGGREGATE}.
         *
         * @param payloadKind the kind
         * @return this
         */
        public Builder payloadKind(PayloadKind payloadKind) {
            this.payloadKind = Objects.requireNonNull(payloadKind, "payloadKind");
            return this;
        }

        /**
         * Sets how payloads are compressed. {@link Compression#NONE} unless set. Read what {@link Compression#ZSTD} says of lengths before you set
         * it. Readers and writers then need {@code com.github.luben:zstd-jni} on their class path.
         *
         * @param compression the compression
         * @return this
         */
        public Builder compression(Compression compression) {
            this.compression = Objects.requireNonNull(compression, "compression");
            return this;
        }

        /**
         * Hides partition keys and explicit hash keys from those who see the stream: the wire shows a pseudonym, and the true keys travel inside,
         * with the data. Records of one key keep their order, because they have one pseudonym. That two records have the same key, and how often a key
         * comes, still shows.
         *
         * @param blindingSecret the secret, which stays the caller's to close
         * @return this
         */
        public Builder blindPartitionKeys(BlindingSecret blindingSecret) {
            this.blindingSecret = Objects.requireNonNull(blindingSecret, "blindingSecret");
            return this;
        }

        /**
         * Binds each record to the partition key of the wire, so that it is refused under another one. Not for streams that distribute records by
         * themselves or are copied by something that changes keys. COMPACT only: a message of the Encryption SDK would need a data key for each
         * partition key.
         *
         * @param partitionKeyBound whether to bind; false unless set
         * @return this
         */
        public Builder bindPartitionKey(boolean partitionKeyBound) {
            this.partitionKeyBound = partitionKeyBound;
            return this;
        }

        /**
         * Signs each record with ECDSA P-384, so that who may only decrypt cannot forge one. That needs AWS KMS keys which readers may not encrypt
         * under; with any other keyring a reader can forge, and the encryptor is refused. Sealing and opening take about a hundred times as
         * long. AWS Encryption SDK format only.
         *
         * @param signed whether to sign; false unless set
         * @return this
         */
        public Builder signed(boolean signed) {
            this.signed = signed;
            return this;
        }

        /**
         * Checks the options.
         *
         * @return the options
         * @throws IllegalArgumentException if two of them contradict each other
         * @throws IllegalStateException if compression is set and its library is missing
         */
        public EncryptorOptions build() {
            if (partitionKeyBound && format != EnvelopeFormat.COMPACT) {
                throw new IllegalArgumentException(
                        "The format %s cannot bind a record to its partition key: use COMPACT, or leave bindPartitionKey out"
                                .formatted(format));
            }
            if (signed && format != EnvelopeFormat.AWS_ENCRYPTION_SDK) {
                throw new IllegalArgumentException(
                        "The format %s has no signatures: use AWS_ENCRYPTION_SDK, or leave signed out"
                                .formatted(format));
            }
            if (blindingSecret != null && payloadKind == PayloadKind.RECORD) {
                throw new IllegalArgumentException(
                        "A blinded record carries its true keys as an aggregate of one: leave payloadKind(RECORD) out");
            }
            if (compression == Compression.ZSTD) {
                // Asks for the library where it is configured, not where the first record is put.
                new ZstdCompressor();
            }
            PayloadKind kind = blindingSecret != null ? PayloadKind.AGGREGATE : PayloadKind.RECORD;
            return new EncryptorOptions(this, payloadKind == null ? kind : payloadKind);
        }
    }
}
