// SPDX-License-Identifier: Apache-2.0
/**
 * DynamoDB in this process for tests of KCL applications: {@link io.kinesisencryption.testkit.dynamodb.LocalDynamoDb} starts DynamoDB Local on
 * loopback, and {@link io.kinesisencryption.testkit.dynamodb.KclLeaseTable} prepares the lease table without which KCL's first start waits for
 * up to half a minute.
 *
 * <p>What this package needs is optional in the testkit's dependencies; add {@code software.amazon.awssdk:dynamodb},
 * {@code com.amazonaws:DynamoDBLocal} and {@code com.almworks.sqlite4java:sqlite4java} to use it.
 */
@NullMarked
package io.kinesisencryption.testkit.dynamodb;

import org.jspecify.annotations.NullMarked;
