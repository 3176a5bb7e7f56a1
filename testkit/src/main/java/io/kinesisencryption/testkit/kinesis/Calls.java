// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsResponseMetadata;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/** What surrounds every operation: counting, call faults, request ids, and the SDK's exceptions. Thread-safe. */
final class Calls {
    private static final SdkHttpResponse OK =
            SdkHttpResponse.builder().statusCode(200).build();

    private final KinesisFaults faults;
    private final SharedRandom random;
    private final Map<Operation, LongAdder> counts = new EnumMap<>(Operation.class);

    Calls(KinesisFaults faults, SharedRandom random) {
        this.faults = faults;
        this.random = random;
        for (Operation operation : Operation.values()) {
            counts.put(operation, new LongAdder());
        }
    }

    long count(Operation operation) {
        LongAdder count = counts.get(operation);
        return count == null ? 0 : count.sum();
    }

    void reset() {
        counts.values().forEach(LongAdder::reset);
    }

    <Q extends KinesisRequest, R extends KinesisResponse, B extends KinesisResponse.Builder & SdkBuilder<B, R>>
            R answer(Operation operation, Q request, Function<Q, B> body) {
        Attempt attempt = begin(operation, request);
        SdkBuilder<B, R> response = attempt.complete(attempt.run(() -> body.apply(request)));
        attempt.failAfterSuccess();
        return response.build();
    }

    /** Counts a call and fails it if a fault says so. */
    Attempt begin(Operation operation, KinesisRequest request) {
        LongAdder count = counts.get(operation);
        if (count != null) {
            count.increment();
        }
        String requestId = random.requestId();
        KinesisFaults.CallFault fault = faults.takeCallFault(operation, request);
        if (fault != null && !fault.afterSuccess()) {
            throw fault.maker().make(requestId);
        }
        return new Attempt(requestId, fault == null ? null : fault.maker());
    }

    static final class Metadata extends AwsResponseMetadata {
        Metadata(String requestId) {
            super(Map.of("AWS_REQUEST_ID", requestId));
        }
    }

    static SdkHttpResponse ok() {
        return OK;
    }
}
