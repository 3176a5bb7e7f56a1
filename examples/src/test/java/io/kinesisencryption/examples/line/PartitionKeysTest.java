// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.examples.failure.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionKeysTest {
    @Test
    void isTheLineNumberWithoutAField() {
        assertThat(PartitionKeys.of(null).keyOf(new Line(17, new byte[] {(byte) 0xFF})))
                .isEqualTo("17");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"a b\"} | a b",
                "{\"x\":{\"id\":1},\"y\":[{\"id\":2}],\"id\":3.50} | 3.50",
                "{\"id\":true} | true",
                "{\"id\":\"\\u00e4\\n\"} | 'ä\n'",
            })
    void isTheValueOfTheFieldAtTheTop(String json, String key) {
        assertThat(key(json)).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"x\":1} | line 9 has no field 'id'",
                "{\"x\":{\"id\":1}} | line 9 has no field 'id'",
                "[1] | line 9 is not a JSON object, so it has no field 'id'",
                "'' | line 9 is not a JSON object, so it has no field 'id'",
                "{\"id\":null} | line 9: the field 'id' is not a string, number or boolean",
                "{\"id\":[1]} | line 9: the field 'id' is not a string, number or boolean",
                "{\"id\":\"\"} | line 9: the field 'id' has 0 characters; a partition key has 1 to 256",
                "{\"secret\":oops} | line 9 is not JSON (column 15), so its field 'id' cannot be read",
            })
    void refusesALineWithoutAUsableKeyAndDoesNotQuoteIt(String json, String message) {
        assertThatThrownBy(() -> key(json))
                .isInstanceOf(CommandException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void takesKeysOfUpTo256Characters() {
        String longest = "😀".repeat(256);
        assertThat(key("{\"id\":\"" + longest + "\"}")).isEqualTo(longest);
        assertThatThrownBy(() -> key("{\"id\":\"" + longest + "x\"}")).hasMessageContaining("257 characters");
    }

    @Test
    void refusesALineThatIsNotUtf8() {
        assertThatThrownBy(() -> PartitionKeys.of("id").keyOf(new Line(3, new byte[] {'{', (byte) 0xC3, '}'})))
                .hasMessage("line 3 is not UTF-8, so its field 'id' cannot be read");
    }

    private static String key(String json) {
        return PartitionKeys.of("id").keyOf(new Line(9, json.getBytes(UTF_8)));
    }
}
