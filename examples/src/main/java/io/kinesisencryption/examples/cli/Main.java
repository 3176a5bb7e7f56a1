// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;
public final class Main {
    public static void main(String[] args) { System.out.println("hi"); }
}
