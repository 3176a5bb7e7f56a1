// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import io.kinesisencryption.consumer.WorkerApplication.Checkpoints;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * What a worker process is told.
 *
 * @param kinesis the endpoint of a Kinesis emulator
 * @param dynamoDb the endpoint of DynamoDB
 * @param kms the endpoint of KMS
 * @param keyArns the keys that it reads with
 * @param stream the stream
 * @param application KCL's name for the application, and its lease table's
 * @param orders the records that were put
 * @param checkpoints when it checkpoints
 * @param journal what it did
 */
record WorkerSettings(
        URI kinesis,
        URI dynamoDb,
        URI kms,
        List<String> keyArns,
        String stream,
        String application,
        NumberedOrders orders,
        Checkpoints checkpoints,
        Path journal) {

    List<String> arguments() {
        return List.of(
                kinesis.toString(),
                dynamoDb.toString(),
                kms.toString(),
                String.join(",", keyArns),
                stream,
                application,
                Long.toString(orders.seed()),
                Integer.toString(orders.count()),
                checkpoints.name(),
                journal.toString());
    }

    static WorkerSettings of(List<String> arguments) {
        return new WorkerSettings(
                URI.create(arguments.get(0)),
                URI.create(arguments.get(1)),
                URI.create(arguments.get(2)),
                List.of(arguments.get(3).split(",", -1)),
                arguments.get(4),
                arguments.get(5),
                new NumberedOrders(Long.parseLong(arguments.get(6)), Integer.parseInt(arguments.get(7))),
                Checkpoints.valueOf(arguments.get(8)),
                Path.of(arguments.get(9)));
    }
}
