// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kinesisencryption.KinesisRecord;
import io.kinesisencryption.testkit.UnprintableException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** The one answer that several make. */
class PutManyTest {
    private static final PutRecordsResultEntry STORED =
            PutRecordsResultEntry.builder().sequenceNumber("1").build();

    private static PutMany put(int records) {
        SdkBytes data = SdkBytes.fromUtf8String("x");
        PutMany put = new PutMany(
                PutRecordsRequest.builder()
                        .streamName("orders")
                        .records(Collections.nCopies(
                                records,
                                PutRecordsRequestEntry.builder()
                                        .partitionKey("p")
                                        .data(data)
                                        .build()))
                        .build(),
                Limits.LARGEST_REQUEST_BYTES);
        put.sealed(IntStream.range(0, records)
                .mapToObj(i -> KinesisRecord.of("p", null, new byte[1]))
                .toList());
        return put;
    }

    private static PutRecordsResponse answer(List<PutRecordsResultEntry> results, EncryptionType encryptionType) {
        return PutRecordsResponse.builder()
                .records(results)
                .failedRecordCount(0)
                .encryptionType(encryptionType)
                .build();
    }

    @Test
    void theAnswerToASingleCallIsHandedOnAsItIs() {
        PutMany put = put(2);
        PutRecordsResponse answer =
                PutRecordsResponse.builder().records(STORED, STORED).build();

        put.answered(0, answer);

        assertThat(put.response()).isSameAs(answer);
    }

    @Test
    void whatTheServiceSaysOfTheStreamAndTheCallIsKept() {
        PutMany put = put(501);
        SdkHttpResponse http = SdkHttpResponse.builder().statusCode(200).build();
        put.answered(0, (PutRecordsResponse) answer(Collections.nCopies(500, STORED), EncryptionType.KMS).toBuilder()
                .sdkHttpResponse(http)
                .build());
        put.answered(1, answer(List.of(STORED), EncryptionType.KMS));

        assertThat(put.response().encryptionType()).isEqualTo(EncryptionType.KMS);
        assertThat(put.response().sdkHttpResponse()).isSameAs(http);
        assertThat(put.response().records()).hasSize(501);
        assertThat(put.response().failedRecordCount()).isZero();
    }

    @Test
    void anAnswerThatIsNotOneForTheRecordsOfItsCallIsNotMerged() {
        PutMany put = put(501);
        put.answered(0, answer(Collections.nCopies(500, STORED), EncryptionType.NONE));

        assertThatThrownBy(() -> put.answered(1, answer(List.of(STORED, STORED), EncryptionType.NONE)))
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("1 records with 2 results");
    }

    @Test
    void aCauseWithoutAMessageIsNamed() {
        PutMany put = put(501);
        put.answered(0, answer(Collections.nCopies(500, STORED), EncryptionType.NONE));

        put.failed(1, new IllegalStateException());

        assertThat(put.response().records().get(500).errorMessage()).contains("IllegalStateException");
    }

    @Test
    void aCauseWhoseMessageCannotBeReadIsNamed() {
        PutMany put = put(501);
        put.answered(0, answer(Collections.nCopies(500, STORED), EncryptionType.NONE));

        put.failed(1, new UnprintableException());

        assertThat(put.response().records().get(500).errorMessage()).contains("UnprintableException");
    }
}
