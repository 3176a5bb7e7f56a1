// SPDX-License-Identifier: Apache-2.0
/** The machinery that the in-memory services share: operation names, call counts and faults in force. Not for use outside the testkit. */
@NullMarked
package io.kinesisencryption.testkit.internal;

import org.jspecify.annotations.NullMarked;
