// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The service's limits on what is put. A breach refuses the whole request before anything is stored. Constraints of the API's
 * model (counts and lengths of members) are {@code ValidationException}s, sums over several members are
 * {@code InvalidArgumentException}s.
 */
final class PutValidation {
    static final int MAX_RECORDS = 500;
    static final int MAX_REQUEST_MIB = 10;
    static final int MAX_PARTITION_KEY_CHARACTERS = 256;

    private static final int KIB = 1024;
    private static final long MAX_REQUEST_BYTES = (long) MAX_REQUEST_MIB * KIB * KIB;

    private final int maxRecordBytes;

    PutValidation(Stream stream) {
        this.maxRecordBytes = stream.maxRecordKiB() * KIB;
    }

    NewRecord check(PutRecordRequest request) {
        return checkRecord(0, request.data(), request.partitionKey(), request.explicitHashKey());
    }

    List<NewRecord> check(PutRecordsRequest request) {
        if (!request.hasRecords()) {
            throw ServiceError.constraint("records", "not be null");
        }
        List<PutRecordsRequestEntry> entries = request.records();
        if (entries.isEmpty()) {
            throw ServiceError.constraint("records", "have length greater than or equal to 1");
        }
        if (entries.size() > MAX_RECORDS) {
            throw ServiceError.constraint("records", "have length less than or equal to " + MAX_RECORDS);
        }
        List<NewRecord> records = new ArrayList<>(entries.size());
        long requestBytes = 0;
        for (PutRecordsRequestEntry entry : entries) {
            NewRecord checked =
                    checkRecord(records.size() + 1, entry.data(), entry.partitionKey(), entry.explicitHashKey());
            requestBytes += checked.sizeBytes();
            records.add(checked);
        }
        if (requestBytes > MAX_REQUEST_BYTES) {
            throw ServiceError.invalidArgument("Records size exceeds " + MAX_REQUEST_MIB + " MB limit");
        }
        return records;
    }

    /** @param place the record's place in the request from 1, or 0 for the one record of a PutRecord request */
    private NewRecord checkRecord(
            int place, @Nullable SdkBytes data, @Nullable String partitionKey, @Nullable String explicitHashKey) {
        if (data == null) {
            throw ServiceError.constraint(member(place, "data"), "not be null");
        }
        int dataBytes = data.asByteBuffer().remaining();
        if (dataBytes > maxRecordBytes) {
            throw ServiceError.constraint(member(place, "data"), "have length less than or equal to " + maxRecordBytes);
        }
        String checkedKey = checkPartitionKey(place, partitionKey);
        byte[] keyBytes = checkedKey.getBytes(StandardCharsets.UTF_8);
        int sizeBytes = dataBytes + keyBytes.length;
        if (sizeBytes > maxRecordBytes) {
            throw ServiceError.invalidArgument(
                    "Data and partition key at '" + member(place, "data") + "' have " + sizeBytes
                            + " bytes, which exceeds the stream's maximum record size of " + maxRecordBytes + " bytes");
        }
        HashKey hashKey = explicitHashKey == null
                ? HashKey.ofPartitionKey(keyBytes)
                : hashKey(member(place, "explicitHashKey"), explicitHashKey, "ExplicitHashKey");
        return new NewRecord(checkedKey, explicitHashKey, data, sizeBytes, hashKey);
    }

    private static String member(int place, String name) {
        return place == 0 ? name : "records." + place + ".member." + name;
    }

    private static String checkPartitionKey(int place, @Nullable String partitionKey) {
        if (partitionKey == null) {
            throw ServiceError.constraint(member(place, "partitionKey"), "not be null");
        }
        if (partitionKey.isEmpty()) {
            throw ServiceError.constraint(member(place, "partitionKey"), "have length greater than or equal to 1");
        }
        if (partitionKey.length() > MAX_PARTITION_KEY_CHARACTERS
                && partitionKey.codePointCount(0, partitionKey.length()) > MAX_PARTITION_KEY_CHARACTERS) {
            throw ServiceError.constraint(
                    member(place, "partitionKey"), "have length less than or equal to " + MAX_PARTITION_KEY_CHARACTERS);
        }
        return partitionKey;
    }

    /** A hash key given in decimal, as an explicit hash key or as the place of a split. */
    static HashKey hashKey(String member, String decimal, String parameter) {
        if (!HashKey.isDecimal(decimal)) {
            throw ServiceError.constraint(member, "satisfy regular expression pattern: 0|([1-9]\\d{0,38})");
        }
        if (!HashKey.isInRange(decimal)) {
            throw ServiceError.invalidArgument("Invalid " + parameter + ". " + parameter
                    + " must be in the range: [0, 2^128-1]. Specified value was " + decimal);
        }
        return HashKey.of(new BigInteger(decimal));
    }
}
