// SPDX-License-Identifier: Apache-2.0
// Decrypts AWS Encryption SDK messages with a raw AES key, as any JavaScript program would.
// Reads a JSON file {"key", "namespace", "name", "messages"} (key and messages in base64), and writes to another one a JSON array of
// {"plaintext" (base64), "encryptionContext"} in the same order.
'use strict';

const fs = require('fs');
const {
  buildDecrypt,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} = require('@aws-crypto/client-node');

const { decrypt } = buildDecrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

async function main(inputFile, outputFile) {
  const input = JSON.parse(fs.readFileSync(inputFile, 'utf8'));
  const keyring = new RawAesKeyringNode({
    keyNamespace: input.namespace,
    keyName: input.name,
    // The wrapping library wants memory that it does not share with other buffers.
    unencryptedMasterKey: Uint8Array.from(Buffer.from(input.key, 'base64')),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  const output = [];
  for (const message of input.messages) {
    const { plaintext, messageHeader } = await decrypt(keyring, Buffer.from(message, 'base64'));
    output.push({
      plaintext: plaintext.toString('base64'),
      encryptionContext: messageHeader.encryptionContext,
    });
  }
  fs.writeFileSync(outputFile, JSON.stringify(output));
}

main(process.argv[2], process.argv[3]).catch((error) => {
  console.error(error);
  process.exit(1);
});
