// SPDX-License-Identifier: Apache-2.0
/** Dead letters in Amazon S3. Needs {@code software.amazon.awssdk:s3}, which is an optional dependency. */
@NullMarked
package io.kinesisencryption.consumer.s3;

import org.jspecify.annotations.NullMarked;
