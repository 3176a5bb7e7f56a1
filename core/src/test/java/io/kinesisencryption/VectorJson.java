// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes test vectors, each in one line and of ASCII only, so that no editor and no tool changes it. */
public final class VectorJson {
    private VectorJson() {}

    /** Bytes that anybody can make again: SHA-512 over a label and a counter. */
    public static byte[] bytes(String label, int size) {
        try {
            byte[] out = new byte[size];
            for (int i = 0; i * 64 < size; i++) {
                byte[] block =
                        MessageDigest.getInstance("SHA-512").digest((label + "/" + i).getBytes(StandardCharsets.UTF_8));
                System.arraycopy(block, 0, out, i * 64, Math.min(64, size - i * 64));
            }
            return out;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** A whole file: its description and its other members, each a name and what stands behind it. */
    public static String file(String about, String... namesAndValues) {
        StringBuilder out = new StringBuilder("{\n  \"about\": ").append(quoted(about));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.append(",\n  ").append(quoted(namesAndValues[i])).append(": ").append(namesAndValues[i + 1]);
        }
        return out.append("\n}\n").toString();
    }

    /** A list with a line for each vector. */
    public static String lines(List<String> vectors) {
        return "[\n    " + String.join(",\n    ", vectors) + "\n  ]";
    }

    public static String object(String... namesAndValues) {
        return object(Arrays.asList(namesAndValues));
    }

    public static String object(List<String> namesAndValues) {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            members.add(quoted(namesAndValues.get(i)) + ": " + namesAndValues.get(i + 1));
        }
        return "{" + String.join(", ", members) + "}";
    }

    public static String hex(byte @Nullable [] bytes) {
        return bytes == null ? "null" : quoted(HexFormat.of().formatHex(bytes));
    }

    public static String quoted(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(
                    c >= ' ' && c < 0x7F && c != '"' && c != '\\' ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
        return out.append('"').toString();
    }
}
