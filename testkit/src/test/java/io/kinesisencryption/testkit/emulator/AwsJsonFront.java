// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.emulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * An HTTP endpoint of a service whose client is in memory, for programs in processes of their own. It speaks the protocol AWS JSON 1.1, as KMS does
 * and as Kinesis does with {@code -Daws.cborEnabled=false}: the operation is named in a header, and the SDK's own field descriptions say how to
 * read and write the rest. Signatures are not looked at.
 */
public final class AwsJsonFront implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
    private static final int NOT_FOUND = 404;

    private final Object client;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    private AwsJsonFront(Object client) throws IOException {
        this.client = client;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Starts an endpoint on a free port of loopback. */
    public static AwsJsonFront of(Object client) throws IOException {
        return new AwsJsonFront(client);
    }

    /** The endpoint. */
    public String url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort()).toString();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            if (target == null) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
                return;
            }
            String operation = target.substring(target.lastIndexOf('.') + 1);
            try {
                answer(exchange, 200, write(call(operation, request)));
            } catch (AwsServiceException e) {
                ObjectNode error = JsonNodeFactory.instance.objectNode();
                error.put("__type", e.awsErrorDetails().errorCode());
                error.put("message", e.awsErrorDetails().errorMessage());
                answer(exchange, e.statusCode(), error);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IOException("The request cannot be answered", e);
        }
    }

    private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private SdkPojo call(String operation, JsonNode json) throws ReflectiveOperationException {
        String name = Character.toLowerCase(operation.charAt(0)) + operation.substring(1);
        Class<?> service = client.getClass();
        for (var method : service.getMethods()) {
            boolean takesRequest = method.getName().equals(name)
                    && method.getParameterCount() == 1
                    && SdkPojo.class.isAssignableFrom(method.getParameterTypes()[0]);
            if (takesRequest) {
                SdkPojo builder = (SdkPojo)
                        method.getParameterTypes()[0].getMethod("builder").invoke(null);
                try {
                    method.setAccessible(true);
                    return (SdkPojo) method.invoke(client, read(builder, json));
                } catch (InvocationTargetException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    throw e;
                }
            }
        }
        throw new NoSuchMethodException(operation);
    }

    private static Object read(SdkPojo builder, JsonNode json) {
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode value = json.get(field.locationName());
            if (value != null && !value.isNull()) {
                field.set(builder, read(field, value));
            }
        }
        return ((SdkBuilder<?, ?>) builder).build();
    }

    private static Object read(SdkField<?> field, JsonNode json) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.STRING) {
            return json.asText();
        } else if (type == MarshallingType.INTEGER) {
            return json.asInt();
        } else if (type == MarshallingType.LONG) {
            return json.asLong();
        } else if (type == MarshallingType.BOOLEAN) {
            return json.asBoolean();
        } else if (type == MarshallingType.INSTANT) {
            return Instant.ofEpochMilli(json.decimalValue().movePointRight(3).longValue());
        } else if (type == MarshallingType.SDK_BYTES) {
            return SdkBytes.fromByteArray(bytes(json));
        } else if (type == MarshallingType.SDK_POJO) {
            return read(field.constructor().get(), json);
        } else if (type == MarshallingType.LIST) {
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> list = new ArrayList<>();
            json.forEach(item -> list.add(read(member, item)));
            return list;
        } else if (type == MarshallingType.MAP) {
            SdkField<?> value = field.getTrait(MapTrait.class).valueFieldInfo();
            Map<String, Object> map = new LinkedHashMap<>();
            json.fields().forEachRemaining(entry -> map.put(entry.getKey(), read(value, entry.getValue())));
            return map;
        }
        throw new IllegalArgumentException("Fields of the type " + type + " are not read");
    }

    private static byte[] bytes(JsonNode json) {
        try {
            return json.binaryValue();
        } catch (IOException e) {
            throw new IllegalArgumentException("Not base64", e);
        }
    }

    private static ObjectNode write(SdkPojo pojo) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null) {
                json.set(field.locationName(), write(value));
            }
        }
        return json;
    }

    private static JsonNode write(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof SdkPojo pojo) {
            return write(pojo);
        } else if (value instanceof SdkBytes bytes) {
            return nodes.binaryNode(bytes.asByteArrayUnsafe());
        } else if (value instanceof Instant time) {
            return nodes.numberNode(BigDecimal.valueOf(time.toEpochMilli(), 3));
        } else if (value instanceof List<?> list) {
            ArrayNode array = nodes.arrayNode();
            list.forEach(item -> array.add(write(item)));
            return array;
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((key, item) -> object.set(String.valueOf(key), write(item)));
            return object;
        }
        return JSON.valueToTree(value);
    }
}
