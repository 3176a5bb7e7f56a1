// SPDX-License-Identifier: Apache-2.0
// node check.mjs compact-1.json blinding-1.json   checks every vector with the readers here and says whether each is as expected.
import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from './read-compact.mjs';
import { Refused } from './read-payload.mjs';

/** Blinded keys: the 16 octets of a pseudonym. */
function blind(root, label, text) {
  const key = Buffer.from(hkdfSync('sha256', root, '', 'ke-blind/1', 32));
  return createHmac('sha256', key).update(`${label}\0${text}`, 'utf8').digest().subarray(0, 16);
}

/** Whether two values of JSON are the same, whatever the order of their members. */
const same = (a, b) => canonical(a) === canonical(b);
const canonical = (value) => JSON.stringify(value, (_, v) => (v && v.constructor === Object ? Object.fromEntries(Object.entries(v).sort()) : v));

function checkEnvelope(vector) {
  const hex = (name) => Buffer.from(vector[name], 'hex');
  const reader = { dataKey: hex('dataKey'), stream: vector.stream, partitionKey: vector.partitionKey };
  let opened;
  try { opened = open(hex('envelope'), reader); } catch (e) { if (!(e instanceof Refused)) throw e; return e.code === vector.error; }
  return vector.error === undefined && opened.flags === vector.flags && opened.payload.equals(hex('payload'))
    && same(Object.fromEntries(opened.context), vector.encryptionContext)
    && (!vector.userRecords || !opened.userRecords || same(opened.userRecords, vector.userRecords));
}

function checkBlinding({ root, partitionKey, explicitHashKey, wirePartitionKey, wireExplicitHashKey }) {
  const bytes = Buffer.from(root, 'hex');
  return wirePartitionKey === (partitionKey === null ? null : blind(bytes, 'pk', partitionKey).toString('base64url'))
    && wireExplicitHashKey === (explicitHashKey === null ? null : BigInt(`0x${blind(bytes, 'ehk', explicitHashKey).toString('hex')}`).toString());
}

function checkRootMessage({ stream, epoch, message }) {
  const name = Buffer.from(stream, 'utf8');
  const numbers = Buffer.alloc(6);
  numbers.writeUInt32BE(epoch);
  numbers.writeUInt16BE(name.length, 4);
  return Buffer.concat([Buffer.from('kinesis-encryption/blind/v1\0'), numbers, name]).toString('hex') === message;
}

const checks = { positive: checkEnvelope, negative: checkEnvelope, pseudonyms: checkBlinding, rootMessages: checkRootMessage };
for (const file of process.argv.slice(2)) {
  const lists = Object.entries(JSON.parse(readFileSync(file, 'utf8'))).filter(([list]) => checks[list]);
  const wrong = lists.flatMap(([list, vectors]) => vectors.filter((vector) => !checks[list](vector)));
  wrong.forEach((vector) => console.log(`not as expected: ${vector.name}`));
  const count = lists.reduce((sum, [, vectors]) => sum + vectors.length, 0);
  console.log(`${count} vectors, ${wrong.length === 0 ? 'all as expected' : `${wrong.length} not as expected`}`);
  if (count === 0 || wrong.length > 0) process.exitCode = 1;
}
