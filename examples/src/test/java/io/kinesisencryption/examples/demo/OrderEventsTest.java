// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kinesisencryption.examples.line.Line;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class OrderEventsTest {
    @Test
    void theSameSeedGivesTheSameBytesOnEveryJdk() throws NoSuchAlgorithmException {
        assertThat(digest(1))
                .isEqualTo(digest(1))
                .isEqualTo("6d1daf484f255073be48a44fe585815d67dd1f1cd66ebe3f0ecffd78962face7");
        assertThat(digest(2)).isNotEqualTo(digest(1));
    }

    @Test
    void eventsAreJsonOfModestSizeWithTheFieldThatIsTheKey() throws IOException {
        OrderEvents events = new OrderEvents(7);
        for (int i = 1; i <= 1_000; i++) {
            Line line = events.next();
            JsonNode event = new ObjectMapper().readTree(line.data());
            assertThat(event.get(OrderEvents.KEY_FIELD).asText()).matches("c-\\d+");
            assertThat(line.number()).isEqualTo(i);
            assertThat(line.data().length).isBetween(200, 1_000);
        }
    }

    private static String digest(long seed) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        OrderEvents events = new OrderEvents(seed);
        for (int i = 0; i < 500; i++) {
            digest.update(events.next().data());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
