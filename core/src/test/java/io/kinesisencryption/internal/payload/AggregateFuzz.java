// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kinesisencryption.Allocations;
import io.kinesisencryption.error.MalformedPayloadException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The aggregate reader on bytes that a fuzzer makes up.
 *
 * @see FuzzCorpusTest the test of the ordinary build, on the inputs in this class's resources
 */
class AggregateFuzz {
    private final AggregateReader reader = new AggregateReader();

    @FuzzTest(maxDuration = "2m")
    void aResultOrARefusal(byte[] payload) {
        for (AggregateFraming framing : AggregateFraming.values()) {
            // Derived there from the limits of the reader.
            long bound = HostilePayloadTest.boundBytes(payload.length);
            @Nullable
            List<AggregatedUserRecord> records =
                    Allocations.bounded(Allocations::ofThisThread, bound, payload.length, () -> read(payload, framing));
            if (records != null) {
                check(records, payload.length);
            }
        }
    }

    private @Nullable List<AggregatedUserRecord> read(byte[] payload, AggregateFraming framing) {
        try {
            return reader.read(payload, framing, false);
        } catch (MalformedPayloadException e) {
            return null;
        }
    }

    /** What was read can be written, and is then read as the same; an input cannot hold more data than bytes. */
    private void check(List<AggregatedUserRecord> records, int payloadSizeBytes) {
        AggregateWriter writer = new AggregateWriter(AggregateFraming.BARE);
        long dataBytes = 0;
        for (AggregatedUserRecord record : records) {
            dataBytes += record.data().length;
            long foretold = writer.sizeBytesWith(record);
            writer.add(record);
            assertThat((long) writer.sizeBytes()).isEqualTo(foretold);
        }
        assertThat(dataBytes).isLessThan(payloadSizeBytes);
        List<AggregatedUserRecord> again = reader.read(writer.toByteArray(), AggregateFraming.BARE, false);
        assertThat(again).hasSameSizeAs(records);
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i).partitionKey()).isEqualTo(records.get(i).partitionKey());
            assertThat(again.get(i).explicitHashKey()).isEqualTo(records.get(i).explicitHashKey());
            assertThat(again.get(i).data()).isEqualTo(records.get(i).data());
            assertThat(again.get(i).tags()).isEqualTo(records.get(i).tags());
        }
    }
}
