// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.stream;

/** What happens to a record that the service has stored. */
@FunctionalInterface
public interface Acknowledgements {
    /**
     * A record was stored. Called for one record after the other.
     *
     * @param sent the record as it was given to {@link Publisher#put}
     * @param place where it is
     */
    void acknowledged(OutgoingRecord sent, Place place);
}
