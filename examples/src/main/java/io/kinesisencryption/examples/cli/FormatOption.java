// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import io.kinesisencryption.EncryptorOptions;
import io.kinesisencryption.suite.EnvelopeFormat;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option that says how records are sealed. */
final class FormatOption {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "aws-encryption-sdk",
            converter = Converter.class,
            description =
                    "How records are sealed: aws-encryption-sdk, which others can read, or compact, which is faster. Default: ${DEFAULT-VALUE}.")
    private EnvelopeFormat format = EnvelopeFormat.AWS_ENCRYPTION_SDK;

    EncryptorOptions encryptorOptions() {
        return EncryptorOptions.builder().format(format).build();
    }

    static final class Converter implements ITypeConverter<EnvelopeFormat> {
        @Override
        public EnvelopeFormat convert(String value) {
            for (EnvelopeFormat format : EnvelopeFormat.values()) {
                if (value.equals(format.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
                    return format;
                }
            }
            throw new TypeConversionException(
                    "'%s' is not a format; it must be aws-encryption-sdk or compact".formatted(value));
        }
    }
}
