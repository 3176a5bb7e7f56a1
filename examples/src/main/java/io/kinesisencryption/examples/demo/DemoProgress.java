// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

/** Shows how far a demonstration is, to whoever waits for it. Called by one thread. */
public interface DemoProgress extends AutoCloseable {
    /**
     * The records are there and will be sent now.
     *
     * @param records how many there are
     */
    void begin(long records);

    /**
     * Something happened.
     *
     * @param sent how many records the stream has acknowledged
     * @param returned how many of them have come back
     */
    void update(long sent, long returned);

    /** Nothing more will happen. */
    @Override
    void close();
}
