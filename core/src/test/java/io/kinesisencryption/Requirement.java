// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The numbers of the MUSTs in {@code docs/envelope-format.md} that a test proves, or as much of them as a test can: {@code "M1"} for example. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Requirement {
    String[] value();
}
