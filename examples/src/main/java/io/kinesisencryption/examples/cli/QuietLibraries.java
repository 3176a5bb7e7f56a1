// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps libraries from talking to the user of a command. What goes through SLF4J is set in {@code simplelogger.properties}; this is the rest.
 */
final class QuietLibraries {
    /** Kept, because a logger that nobody refers to is forgotten together with its level. */
    private static final Logger ROOT = Logger.getLogger("");

    private QuietLibraries() {}

    /** To be called before any library is. Settings that the user made on the command line stay. */
    static void arrange() {
        ROOT.setLevel(Level.SEVERE);
        // DynamoDB Local logs through log4j 2, finds no configuration, and says so; and it reports usage unless told
        // not to.
        setUnlessSet("log4j2.level", "OFF");
        setUnlessSet("org.apache.logging.log4j.simplelog.StatusLogger.level", "OFF");
        // DynamoDB Local brings version 1 of the SDK, which announces its own end.
        setUnlessSet("aws.java.v1.disableDeprecationAnnouncement", "true");
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
