// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kinesis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** The data plane: PutRecord, PutRecords, GetShardIterator and GetRecords. Thread-safe. */
final class RecordApi {
    static final int MAX_GET_RECORDS = 10_000;
    static final long MAX_GET_BYTES = 10L * 1024 * 1024;

    private final Account account;
    private final ShardIterators iterators;
    private final KinesisFaults faults;
    private final SharedRandom random;

    RecordApi(Account account, ShardIterators iterators, KinesisFaults faults, SharedRandom random) {
        this.account = account;
        this.iterators = iterators;
        this.faults = faults;
        this.random = random;
    }

    PutRecordResponse.Builder put(PutRecordRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        NewRecord record = new PutValidation(stream).check(request);
        checkOrdering(stream, request.sequenceNumberForOrdering());
        Shard.Appended appended = stream.append(record);
        String shardId = appended.shardId();
        if (appended.sequenceNumber() == null) {
            throw new ServiceError(ErrorCode.THROUGHPUT_EXCEEDED, rateExceeded(shardId, stream));
        }
        return PutRecordResponse.builder().shardId(shardId).sequenceNumber(appended.sequenceNumber());
    }

    PutRecordsResponse.Builder put(PutRecordsRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        List<NewRecord> records = new PutValidation(stream).check(request);
        List<KinesisFaults.RecordFault> taken = faults.takeRecordFaults(Operation.PUT_RECORDS, request);
        List<PutRecordsResultEntry> results = new ArrayList<>(records.size());
        int failed = 0;
        for (int i = 0; i < records.size(); i++) {
            KinesisFaults.RecordFault fault = faultOf(i, request.records().get(i), taken);
            PutRecordsResultEntry result = put(stream, records.get(i), fault);
            results.add(result);
            if (result.errorCode() != null) {
                failed++;
            }
        }
        return PutRecordsResponse.builder().failedRecordCount(failed).records(results);
    }

    private PutRecordsResultEntry put(Stream stream, NewRecord record, KinesisFaults.@Nullable RecordFault fault) {
        if (fault != null && !fault.afterSuccess()) {
            return failure(fault.error(), stream.openShardOf(record.hashKey()).id(), stream);
        }
        Shard.Appended appended = stream.append(record);
        String shardId = appended.shardId();
        if (fault != null) {
            return failure(fault.error(), shardId, stream);
        }
        if (appended.sequenceNumber() == null) {
            return failure(RecordError.PROVISIONED_THROUGHPUT_EXCEEDED, shardId, stream);
        }
        return PutRecordsResultEntry.builder()
                .shardId(shardId)
                .sequenceNumber(appended.sequenceNumber())
                .build();
    }

    private KinesisFaults.@Nullable RecordFault faultOf(
            int index, PutRecordsRequestEntry entry, List<KinesisFaults.RecordFault> taken) {
        for (KinesisFaults.RecordFault fault : taken) {
            if (fault.choice().fails(index, entry, random)) {
                return fault;
            }
        }
        return null;
    }

    private PutRecordsResultEntry failure(RecordError error, String shardId, Stream stream) {
        return PutRecordsResultEntry.builder()
                .errorCode(error.code())
                .errorMessage(
                        error == RecordError.INTERNAL_FAILURE
                                ? "Internal service failure."
                                : rateExceeded(shardId, stream))
                .build();
    }

    private String rateExceeded(String shardId, Stream stream) {
        return "Rate exceeded for shard " + shardId + " in stream " + stream.name() + " under account " + account.id()
                + ".";
    }

    /**
     * Numbers rise through the whole stream here, so a new record follows every earlier one by itself: the number only has to
     * be one that the stream has given out.
     */
    private static void checkOrdering(Stream stream, @Nullable String number) {
        if (number == null) {
            return;
        }
        if (!SequenceNumbers.isDecimal(number)) {
            throw ServiceError.constraint(
                    "sequenceNumberForOrdering", "satisfy regular expression pattern: 0|([1-9]\\d{0,128})");
        }
        SequenceNumbers.Position position = stream.sequenceNumbers().parse(number);
        if (position == null || position.ordinal() > stream.sequenceNumbers().lastOrdinal()) {
            throw ServiceError.invalidArgument("ExclusiveMinimumSequenceNumber " + number
                    + " used in PutRecord on stream " + stream.name() + " is invalid.");
        }
    }

    GetShardIteratorResponse.Builder getShardIterator(GetShardIteratorRequest request) {
        Stream stream = account.resolve(request.streamName(), request.streamARN());
        Shard shard = account.shard(stream, "shardId", request.shardId());
        ShardIterators.StartingPoint point = ShardIterators.StartingPoint.of(
                request.shardIteratorType(), request.startingSequenceNumber(), request.timestamp());
        long position = iterators.resolve(stream, shard, point);
        return GetShardIteratorResponse.builder().shardIterator(iterators.encode(stream, shard, position));
    }

    GetRecordsResponse.Builder getRecords(GetRecordsRequest request) {
        int limit = Numbers.orDefault("limit", request.limit(), MAX_GET_RECORDS, 1, MAX_GET_RECORDS);
        ShardIterators.Place place = iterators.decode(request.shardIterator());
        Shard shard = account.shard(place.streamName(), place.incarnation(), place.shardIndex());
        Stream stream = account.named(place.streamName());
        if (request.streamARN() != null && !request.streamARN().equals(stream.arn())) {
            throw ServiceError.invalidArgument("The ShardIterator is none of the stream " + request.streamARN() + ".");
        }
        Shard.Batch batch = shard.read(place.position(), limit, MAX_GET_BYTES, stream.horizonMillis());
        GetRecordsResponse.Builder response =
                GetRecordsResponse.builder().records(batch.records()).millisBehindLatest(batch.behindMillis());
        return batch.ended()
                ? response.childShards(shard.childShards())
                : response.nextShardIterator(iterators.encode(stream, shard, batch.next()));
    }
}
