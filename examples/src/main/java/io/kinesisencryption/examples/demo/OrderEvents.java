// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples.demo;

import io.kinesisencryption.examples.line.Line;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;

/**
 * Generates events of an online shop's orders as JSON, about 200 to 600 bytes each. The same seed gives the same bytes, on every JDK. Not
 * thread-safe.
 */
final class OrderEvents {
    /** The field that serves as partition key unless the user names another: a customer's events stay in order. */
    static final String KEY_FIELD = "customerId";

    private static final Instant FIRST_EVENT = Instant.parse("2026-01-01T08:00:00Z");
    private static final String[] TYPES = {
        "OrderPlaced", "OrderPaid", "OrderShipped", "OrderDelivered", "OrderCancelled"
    };
    private static final String[] CURRENCIES = {"EUR", "USD", "GBP", "JPY", "CHF"};
    private static final String[] CITIES = {
        "Zürich", "Berlin", "Kraków", "São Paulo", "Reykjavík", "東京", "Lagos", "Montréal", "Αθήνα", "Wellington"
    };
    private static final String[] STREETS = {
        "Station Road", "Lindenallee", "Rue de la Paix", "Calle Mayor", "Harbour Street"
    };
    private static final String[] GIVEN_NAMES = {
        "Ada", "Grace", "Linus", "Chiara", "Søren", "Mei", "Amara", "Tomáš", "Noor", "Jürgen"
    };
    private static final String[] FAMILY_NAMES = {
        "Okafor", "Müller", "Lindqvist", "Tanaka", "García", "Novák", "Haddad", "Smith"
    };
    private static final String[] PRODUCTS = {
        "espresso machine",
        "desk lamp",
        "running shoes",
        "usb-c cable",
        "notebook, ruled",
        "tent for two",
        "cast-iron pan",
        "headphones"
    };
    private static final int CUSTOMERS = 5_000;
    private static final int MAX_ITEMS = 5;

    /** Not {@code SplittableRandom}: only this class's algorithm is part of its contract. */
    private final Random random;

    private long number;
    private Instant time = FIRST_EVENT;

    OrderEvents(long seed) {
        this.random = new Random(seed);
    }

    /** The next event. */
    Line next() {
        number++;
        time = time.plusMillis(random.nextInt(500));
        int customer = random.nextInt(CUSTOMERS);
        StringBuilder json = new StringBuilder(600);
        json.append("{\"eventId\":\"").append(hex(random.nextLong())).append(hex(random.nextLong()));
        json.append("\",\"type\":\"").append(pick(TYPES));
        json.append("\",\"time\":\"").append(time);
        json.append("\",\"orderId\":\"o-").append(100_000_000L + random.nextInt(900_000_000));
        json.append("\",\"customerId\":\"c-").append(customer);
        json.append("\",\"customer\":{\"name\":\"")
                .append(pick(GIVEN_NAMES))
                .append(' ')
                .append(pick(FAMILY_NAMES));
        json.append("\",\"email\":\"customer").append(customer).append("@example.com\",\"address\":\"");
        json.append(pick(STREETS))
                .append(' ')
                .append(1 + random.nextInt(200))
                .append(", ")
                .append(pick(CITIES));
        json.append("\"},\"items\":[");
        long totalCents = appendItems(json);
        json.append("],\"total\":").append(amount(totalCents));
        json.append(",\"currency\":\"").append(pick(CURRENCIES));
        json.append("\",\"cardLastDigits\":\"").append(1_000 + random.nextInt(9_000));
        json.append("\",\"gift\":").append(random.nextInt(10) == 0).append('}');
        return new Line(number, json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private long appendItems(StringBuilder json) {
        long totalCents = 0;
        int items = 1 + random.nextInt(MAX_ITEMS);
        for (int i = 0; i < items; i++) {
            int quantity = 1 + random.nextInt(3);
            int cents = 199 + random.nextInt(50_000);
            totalCents += (long) quantity * cents;
            json.append(i == 0 ? "" : ",").append("{\"sku\":\"").append(hex(random.nextInt()));
            json.append("\",\"name\":\"").append(pick(PRODUCTS));
            json.append("\",\"quantity\":").append(quantity);
            json.append(",\"price\":").append(amount(cents)).append('}');
        }
        return totalCents;
    }

    private String pick(String[] values) {
        return values[random.nextInt(values.length)];
    }

    private static String amount(long cents) {
        return cents / 100 + (cents % 100 < 10 ? ".0" : ".") + cents % 100;
    }

    private static String hex(long value) {
        String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }

    private static String hex(int value) {
        String digits = Integer.toHexString(value);
        return "0".repeat(8 - digits.length()) + digits;
    }
}
