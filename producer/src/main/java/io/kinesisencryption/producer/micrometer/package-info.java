// SPDX-License-Identifier: Apache-2.0
/** Metrics of the producers by Micrometer, which is optional. */
@NullMarked
package io.kinesisencryption.producer.micrometer;

import org.jspecify.annotations.NullMarked;
