// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.kinesis.model.Shard;

class KclLeaseTableIT {
    private static LocalDynamoDb dynamoDb;
    private static DynamoDbClient client;

    @BeforeAll
    static void start() {
        dynamoDb = LocalDynamoDb.start();
        client = dynamoDb.client();
    }

    @AfterAll
    static void stop() {
        dynamoDb.close();
    }

    @Test
    void writesTheAttributesThatKclReads() {
        Shard shard = Shard.builder()
                .shardId("shardId-000000000002")
                .parentShardId("shardId-000000000000")
                .adjacentParentShardId("shardId-000000000001")
                .hashKeyRange(r -> r.startingHashKey("0").endingHashKey("340282366920938463463374607431768211455"))
                .build();

        int added = KclLeaseTable.builder(dynamoDb.asyncClient(), "attributes")
                .shards(List.of(shard))
                .create();

        assertThat(added).isEqualTo(1);
        assertThat(lease("attributes", "shardId-000000000002"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "leaseKey", AttributeValue.fromS("shardId-000000000002"),
                        "leaseCounter", AttributeValue.fromN("0"),
                        "ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"),
                        "checkpoint", AttributeValue.fromS("TRIM_HORIZON"),
                        "checkpointSubSequenceNumber", AttributeValue.fromN("0"),
                        "startingHashKey", AttributeValue.fromS("0"),
                        "endingHashKey", AttributeValue.fromS("340282366920938463463374607431768211455"),
                        "parentShardId",
                                AttributeValue.fromSs(List.of("shardId-000000000000", "shardId-000000000001"))));
    }

    @Test
    void aShardWithoutParentsGetsNoParentAttribute() {
        KclLeaseTable.builder(dynamoDb.asyncClient(), "no-parents")
                .shards(List.of(shard(0)))
                .create();

        assertThat(lease("no-parents", "shardId-000000000000")).doesNotContainKey("parentShardId");
    }

    @Test
    void theTableIsActiveAndBilledByRequestAndHasNoIndexByDefault() {
        KclLeaseTable.builder(dynamoDb.asyncClient(), "plain").create();

        TableDescription table = describe("plain");
        assertThat(table.tableStatus()).isEqualTo(TableStatus.ACTIVE);
        assertThat(table.billingModeSummary().billingModeAsString()).isEqualTo("PAY_PER_REQUEST");
        assertThat(table.keySchema()).containsExactly(key("leaseKey", KeyType.HASH));
        assertThat(table.globalSecondaryIndexes()).isEmpty();
    }

    @Test
    void theOwnerIndexIsTheOneOfKcl3() {
        KclLeaseTable.builder(dynamoDb.asyncClient(), "indexed")
                .ownerIndex(true)
                .create();

        GlobalSecondaryIndexDescription index =
                describe("indexed").globalSecondaryIndexes().get(0);
        assertThat(index.indexName()).isEqualTo("LeaseOwnerToLeaseKeyIndex");
        assertThat(index.keySchema()).containsExactly(key("leaseOwner", KeyType.HASH), key("leaseKey", KeyType.RANGE));
        assertThat(index.projection().projectionType()).isEqualTo(ProjectionType.KEYS_ONLY);
    }

    @Test
    void aLeaseThatExistsIsLeftAsItIsWhicheverClientAddsTheOthers() {
        KclLeaseTable.builder(dynamoDb.asyncClient(), "twice")
                .shards(List.of(shard(0)))
                .create();

        int added = KclLeaseTable.builder(client, "twice")
                .shards(List.of(shard(0), shard(1)))
                .checkpoint("LATEST")
                .create();

        assertThat(added).isEqualTo(1);
        assertThat(lease("twice", "shardId-000000000000"))
                .containsEntry("checkpoint", AttributeValue.fromS("TRIM_HORIZON"));
        assertThat(lease("twice", "shardId-000000000001")).containsEntry("checkpoint", AttributeValue.fromS("LATEST"));
    }

    @Test
    void whatDynamoDbRefusesIsThrownAsItsOwnException() {
        assertThatThrownBy(() ->
                        KclLeaseTable.builder(dynamoDb.asyncClient(), "no").create())
                .isInstanceOf(DynamoDbException.class)
                .hasMessageContaining("between 3 and 255");
    }

    @Test
    void refusesACheckpointThatKclCannotReadBeforeItMakesATable() {
        assertThatThrownBy(() -> KclLeaseTable.builder(dynamoDb.asyncClient(), "refused")
                        .checkpoint("trim_horizon")
                        .create())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoint is \"trim_horizon\"");
        assertThat(client.listTables().tableNames()).doesNotContain("refused");
    }

    @Test
    void refusesAShardWithoutAHashKeyRange() {
        assertThatThrownBy(() -> KclLeaseTable.builder(dynamoDb.asyncClient(), "refused")
                        .shards(List.of(
                                Shard.builder().shardId("shardId-000000000009").build()))
                        .create())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shardId-000000000009");
    }

    private static Shard shard(int number) {
        return Shard.builder()
                .shardId(String.format("shardId-%012d", number))
                .hashKeyRange(r -> r.startingHashKey(number + "00").endingHashKey(number + "99"))
                .build();
    }

    private static Map<String, AttributeValue> lease(String table, String leaseKey) {
        return client.getItem(r -> r.tableName(table).key(Map.of("leaseKey", AttributeValue.fromS(leaseKey))))
                .item();
    }

    private static TableDescription describe(String table) {
        return client.describeTable(r -> r.tableName(table)).table();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }
}
