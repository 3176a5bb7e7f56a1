// SPDX-License-Identifier: Apache-2.0
/**
 * The demonstration: encrypted records from a producer through a stream to a KCL application, with every service in this process, and the proof
 * that the stream stored ciphertext and that every record came back.
 */
@NullMarked
package io.kinesisencryption.examples.demo;

import org.jspecify.annotations.NullMarked;
