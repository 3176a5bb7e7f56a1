// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import io.kinesisencryption.testkit.internal.CallCounts;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
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
    private final CallCounts counts = new CallCounts(Operation.NAMES);

    Calls(KinesisFaults faults, SharedRandom random) {
        this.faults = faults;
        this.random = random;
    }

    CallCounts counts() {
        return counts;
    }

    /** Carries out what the test itself asks for: it is not counted and meets no fault. */
    void perform(Supplier<?> body) {
        new Attempt(random.requestId(), null).run(body);
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
        counts.add(operation.apiName());
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
