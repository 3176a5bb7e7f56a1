// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks of sealing and opening, each beside what the same JDK's AES-GCM takes alone for the same bytes, and the program that runs them in turns.
 */
@NullMarked
package io.kinesisencryption.benchmarks;

import org.jspecify.annotations.NullMarked;
