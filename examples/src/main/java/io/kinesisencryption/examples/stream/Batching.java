// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

import java.time.Duration;

/**
 * How records travel together.
 *
 * @param linger how long they wait for each other
 */
public record Batching(Duration linger) {}
