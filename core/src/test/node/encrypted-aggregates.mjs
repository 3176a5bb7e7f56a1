// SPDX-License-Identifier: Apache-2.0
// Answers each line of standard input with a line, using aws-kinesis-agg and the AWS Encryption SDK for JavaScript with a raw AES key.
// "open NAMESPACE NAME KEY MESSAGE": with the encryption context and the user records of the aggregate in the message.
// "seal NAMESPACE NAME KEY CONTEXT FRAME-LENGTH RECORDS": with a message that an aggregate of the user records is in.
// Keys and messages are in base64, an encryption context is base64 of a JSON object, and user records are as kpl.mjs has them.
import { createInterface } from 'node:readline';
import encryptionSdk from '@aws-crypto/client-node';
import { aggregate, deaggregate } from './kpl.mjs';

const { AlgorithmSuiteIdentifier, CommitmentPolicy, RawAesKeyringNode, RawAesWrappingSuiteIdentifier, buildClient } = encryptionSdk;
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

const keyring = (keyNamespace, keyName, key) =>
  new RawAesKeyringNode({
    keyNamespace,
    keyName,
    // The wrapping library wants memory that it does not share with other buffers.
    unencryptedMasterKey: Uint8Array.from(Buffer.from(key, 'base64')),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });

async function open(namespace, name, key, message) {
  const { plaintext, messageHeader } = await decrypt(keyring(namespace, name, key), Buffer.from(message, 'base64'));
  const context = Buffer.from(JSON.stringify(messageHeader.encryptionContext), 'utf8').toString('base64');
  return `${context} ${deaggregate(plaintext.toString('base64'))}`;
}

async function seal(namespace, name, key, context, frameLength, records) {
  const { result } = await encrypt(keyring(namespace, name, key), Buffer.from(aggregate(records), 'base64'), {
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    encryptionContext: JSON.parse(Buffer.from(context, 'base64').toString('utf8')),
    frameLength: Number(frameLength),
  });
  return result.toString('base64');
}

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...args] = line.split(' ');
  process.stdout.write((await (verb === 'open' ? open(...args) : seal(...args))) + '\n');
}
