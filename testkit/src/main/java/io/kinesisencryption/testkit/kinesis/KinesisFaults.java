// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import io.kinesisencryption.testkit.Faults;
import io.kinesisencryption.testkit.internal.FaultRegistry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/** The faults in force, as the engine asks for them: by what they do to a call. Thread-safe. */
final class KinesisFaults {
    private final FaultRegistry<KinesisFault, KinesisRequest> registry = new FaultRegistry<>(KinesisFault::scope);

    Faults<KinesisFault> registry() {
        return registry;
    }

    /** The fault that fails this call as a whole, or null. */
    @Nullable
    CallFault takeCallFault(Operation operation, KinesisRequest request) {
        KinesisFault fault = registry.takeFirst(
                operation.apiName(), request, candidate -> candidate.effect() instanceof KinesisFault.CallFails);
        return fault != null && fault.effect() instanceof KinesisFault.CallFails effect
                ? new CallFault(effect.maker(), fault.isAfterSuccess())
                : null;
    }

    /** The faults that fail records of this call. */
    List<RecordFault> takeRecordFaults(Operation operation, KinesisRequest request) {
        List<RecordFault> taken = new ArrayList<>();
        for (KinesisFault fault : registry.takeAll(
                operation.apiName(), request, candidate -> candidate.effect() instanceof KinesisFault.RecordsFail)) {
            if (fault.effect() instanceof KinesisFault.RecordsFail effect) {
                taken.add(new RecordFault(effect.error(), effect.choice(), fault.isAfterSuccess()));
            }
        }
        return taken;
    }

    /** A fault that has hit a call. */
    record CallFault(KinesisFault.ExceptionMaker maker, boolean afterSuccess) {}

    /** A fault that has hit a PutRecords call. */
    record RecordFault(RecordError error, KinesisFault.RecordChoice choice, boolean afterSuccess) {}
}
