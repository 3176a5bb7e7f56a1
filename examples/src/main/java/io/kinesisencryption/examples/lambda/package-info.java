// SPDX-License-Identifier: Apache-2.0
/**
 * AWS Lambda functions that read an encrypted stream, and how long the first record takes in a new process.
 */
@NullMarked
package io.kinesisencryption.examples.lambda;

import org.jspecify.annotations.NullMarked;
