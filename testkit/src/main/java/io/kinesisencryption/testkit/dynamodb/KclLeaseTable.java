// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * The lease table of a Kinesis Client Library (KCL) application, made and filled before the application starts, so that it starts at once.
 *
 * <p>A KCL scheduler (2.x and 3.x) that finds its lease table empty waits for a random 1 to 30 seconds before it creates leases, and when it has
 * to make the table it polls for it at long intervals. With a lease for each shard already there it does neither:
 *
 * <pre>{@code
 * KclLeaseTable.builder(dynamoDb.asyncClient(), "my-application")
 *     .shards(kinesis.listShards(r -> r.streamName("orders")).shards())
 *     .create();
 * }</pre>
 *
 * <p>Give it <em>every</em> open shard: KCL then trusts the table, and looks for shards without a lease only minutes later. For one stream per
 * application only: leases of a multi-stream application have other keys. The attributes are those of KCL 2.7's and 3.x's
 * {@code DynamoDBLeaseSerializer}.
 */
public final class KclLeaseTable {
    /** The index by owner that KCL 3.x wants, and makes itself, slowly, where it is missing: {@value}. */
    public static final String OWNER_INDEX = "LeaseOwnerToLeaseKeyIndex";

    private static final String LEASE_KEY = "leaseKey";
    private static final String LEASE_OWNER = "leaseOwner";

    private KclLeaseTable() {}

    /**
     * A builder for one table.
     *
     * @param client the one that the application gives to KCL, or another of the same DynamoDB; not closed here
     * @param tableName the application's lease table name, which is its application name by default
     */
    public static Builder builder(DynamoDbAsyncClient client, String tableName) {
        return new Builder(LeaseTableCalls.of(requireNonNull(client, "client")), tableName);
    }

    /** A builder for one table, with a client that blocks; not closed here. */
    public static Builder builder(DynamoDbClient client, String tableName) {
        return new Builder(LeaseTableCalls.of(requireNonNull(client, "client")), tableName);
    }

    /** Options of a lease table. Not thread-safe. */
    public static final class Builder {
        /** What KCL's {@code ExtendedSequenceNumber} takes as a place to start. */
        private static final Pattern CHECKPOINT = Pattern.compile("TRIM_HORIZON|LATEST|AT_TIMESTAMP|[0-9]{1,128}");

        private final LeaseTableCalls dynamoDb;
        private final String tableName;
        private List<Shard> shards = List.of();
        private String checkpoint = "TRIM_HORIZON";
        private boolean ownerIndex;

        private Builder(LeaseTableCalls dynamoDb, String tableName) {
            this.dynamoDb = dynamoDb;
            this.tableName = requireNonNull(tableName, "tableName");
        }

        /** The shards that get a lease, as ListShards or DescribeStream give them; none by default, and then KCL waits after all. */
        public Builder shards(Collection<Shard> shards) {
            this.shards = List.copyOf(shards);
            return this;
        }

        /**
         * Where the application starts in each shard: {@code TRIM_HORIZON} (the default), {@code LATEST}, {@code AT_TIMESTAMP} (the time itself is
         * KCL's configuration) or a sequence number.
         */
        public Builder checkpoint(String checkpoint) {
            this.checkpoint = requireNonNull(checkpoint, "checkpoint");
            return this;
        }

        /** Whether the table gets the index {@value KclLeaseTable#OWNER_INDEX}, which KCL 3.x wants and 2.x ignores; not by default. */
        public Builder ownerIndex(boolean ownerIndex) {
            this.ownerIndex = ownerIndex;
            return this;
        }

        /**
         * Makes the table, waits until it is active, for at most half a minute, and adds the leases. A table or a lease that exists already is left as
         * it is.
         *
         * @return the number of leases added
         * @throws IllegalArgumentException if the checkpoint is none of those above, or a shard has no hash key range
         * @throws software.amazon.awssdk.core.exception.SdkException if DynamoDB refuses, the table does not become active or DynamoDB does not answer in
         *     time, or this thread is interrupted
         */
        public int create() {
            if (!CHECKPOINT.matcher(checkpoint).matches()) {
                throw new IllegalArgumentException("checkpoint is \"" + checkpoint
                        + "\"; it must be TRIM_HORIZON, LATEST, AT_TIMESTAMP or a sequence number");
            }
            List<Map<String, AttributeValue>> leases =
                    shards.stream().map(this::lease).toList();
            createTable();
            int added = 0;
            for (Map<String, AttributeValue> lease : leases) {
                added += add(lease) ? 1 : 0;
            }
            return added;
        }

        private void createTable() {
            try {
                CreateTableResponse created = dynamoDb.createTable(table());
                if (created.tableDescription().tableStatus() == TableStatus.ACTIVE) {
                    return;
                }
            } catch (ResourceInUseException e) {
                // It exists, or somebody else has begun to make it: wait for it as well.
            }
            dynamoDb.awaitActive(tableName);
        }

        private boolean add(Map<String, AttributeValue> lease) {
            try {
                dynamoDb.putItem(PutItemRequest.builder()
                        .tableName(tableName)
                        .item(lease)
                        .conditionExpression("attribute_not_exists(" + LEASE_KEY + ")")
                        .build());
                return true;
            } catch (ConditionalCheckFailedException e) {
                return false;
            }
        }

        private CreateTableRequest table() {
            List<AttributeDefinition> attributes = new ArrayList<>(List.of(attribute(LEASE_KEY)));
            CreateTableRequest.Builder table = CreateTableRequest.builder()
                    .tableName(tableName)
                    .keySchema(key(LEASE_KEY, KeyType.HASH))
                    .billingMode(BillingMode.PAY_PER_REQUEST);
            if (ownerIndex) {
                attributes.add(attribute(LEASE_OWNER));
                table.globalSecondaryIndexes(GlobalSecondaryIndex.builder()
                        .indexName(OWNER_INDEX)
                        .keySchema(key(LEASE_OWNER, KeyType.HASH), key(LEASE_KEY, KeyType.RANGE))
                        .projection(projection -> projection.projectionType(ProjectionType.KEYS_ONLY))
                        .build());
            }
            return table.attributeDefinitions(attributes).build();
        }

        private Map<String, AttributeValue> lease(Shard shard) {
            if (shard.hashKeyRange() == null) {
                throw new IllegalArgumentException("Shard " + shard.shardId() + " has no hash key range");
            }
            Map<String, AttributeValue> lease = new HashMap<>();
            lease.put(LEASE_KEY, AttributeValue.fromS(shard.shardId()));
            lease.put("leaseCounter", AttributeValue.fromN("0"));
            lease.put("ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"));
            lease.put("checkpoint", AttributeValue.fromS(checkpoint));
            lease.put("checkpointSubSequenceNumber", AttributeValue.fromN("0"));
            lease.put(
                    "startingHashKey", AttributeValue.fromS(shard.hashKeyRange().startingHashKey()));
            lease.put("endingHashKey", AttributeValue.fromS(shard.hashKeyRange().endingHashKey()));
            List<String> parents = Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                    .filter(parent -> parent != null)
                    .toList();
            if (!parents.isEmpty()) {
                lease.put("parentShardId", AttributeValue.fromSs(parents));
            }
            return lease;
        }

        private static AttributeDefinition attribute(String name) {
            return AttributeDefinition.builder()
                    .attributeName(name)
                    .attributeType(ScalarAttributeType.S)
                    .build();
        }

        private static KeySchemaElement key(String name, KeyType type) {
            return KeySchemaElement.builder().attributeName(name).keyType(type).build();
        }
    }
}
