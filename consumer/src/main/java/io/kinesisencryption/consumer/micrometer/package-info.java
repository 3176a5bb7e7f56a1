// SPDX-License-Identifier: Apache-2.0
/** Metrics of consumers by Micrometer, which is optional. */
@NullMarked
package io.kinesisencryption.consumer.micrometer;

import org.jspecify.annotations.NullMarked;
