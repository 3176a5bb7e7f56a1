// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.kms;

import java.util.Map;
import software.amazon.awssdk.awscore.AwsResponseMetadata;
import software.amazon.awssdk.awscore.DefaultAwsResponseMetadata;
import software.amazon.awssdk.awscore.util.AwsHeader;

/** Who calls, in which region, and the id of this request. */
record Caller(String accountId, String principal, String region, String requestId) {

    String principalArn() {
        return "arn:aws:iam::" + accountId + ":user/" + principal;
    }

    AwsResponseMetadata responseMetadata() {
        return DefaultAwsResponseMetadata.create(Map.of(AwsHeader.AWS_REQUEST_ID, requestId));
    }
}
