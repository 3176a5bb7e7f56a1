// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A KCL application's lease table, as somebody else reads it. */
final class LeaseTable {
    static final String SHARD_END = "SHARD_END";

    private final DynamoDbClient dynamoDb;
    private final String name;

    /**
     * A lease.
     *
     * @param owner the worker that has it, or empty
     * @param checkpoint a sequence number, or where to start, or {@value #SHARD_END}
     */
    record Lease(String shardId, String owner, String checkpoint, long subSequenceNumber) {
        boolean isComplete() {
            return checkpoint.equals(SHARD_END);
        }

        /** The sequence number up to which the shard is done, if it has begun and not ended. */
        Optional<BigInteger> sequenceNumber() {
            return Character.isDigit(checkpoint.charAt(0)) ? Optional.of(new BigInteger(checkpoint)) : Optional.empty();
        }
    }

    LeaseTable(DynamoDbClient dynamoDb, String name) {
        this.dynamoDb = dynamoDb;
        this.name = name;
    }

    /** The leases by their shards. KCL 3 keeps other things in the table as well. */
    Map<String, Lease> leases() {
        return dynamoDb.scan(r -> r.tableName(name).consistentRead(true)).items().stream()
                .filter(item -> item.containsKey("checkpoint"))
                .map(LeaseTable::lease)
                .collect(Collectors.toMap(Lease::shardId, lease -> lease));
    }

    /** The leases that are not complete, of some worker. */
    static List<Lease> of(Map<String, Lease> leases, String worker) {
        return leases.values().stream()
                .filter(lease -> lease.owner().equals(worker) && !lease.isComplete())
                .toList();
    }

    private static Lease lease(Map<String, AttributeValue> item) {
        return new Lease(
                item.get("leaseKey").s(),
                item.containsKey("leaseOwner") ? item.get("leaseOwner").s() : "",
                item.get("checkpoint").s(),
                Long.parseLong(item.get("checkpointSubSequenceNumber").n()));
    }
}
