// SPDX-License-Identifier: Apache-2.0
// An independent reader of the envelope format COMPACT, version 1, on Node's crypto alone, made from docs/envelope-format.md.
import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Cursor, Refused, malformed, userRecords } from './read-payload.mjs';

/** Step 1: bounds and canonical rules. */
function parse(bytes) {
  const header = new Cursor(bytes);
  if (header.take(3, 'magic').toString('hex') !== 'fe4b45') throw new Refused('PLAINTEXT_RECORD', 'no envelope');
  const version = header.u8('version');
  if (version !== 1) throw new Refused('UNSUPPORTED_VERSION', `version ${version}`);
  const suite = header.u8('suite');
  if (suite !== 1) throw new Refused('UNSUPPORTED_SUITE', `suite ${suite}`);
  const flags = header.u8('flags');
  if (flags & 0xf8) throw new Refused('UNSUPPORTED_PAYLOAD', `flags ${flags}`);
  const commitment = header.take(32, 'commitment');

  const contextStart = header.at;
  const contextBody = header.field('context');
  if (contextBody.length > 4096) throw malformed('context too large');
  const keysStart = header.at;
  const count = header.u8('key count');
  if (count < 1 || count > 8) throw malformed(`${count} encrypted data keys`);
  for (let i = 0; i < count; i++) {
    header.utf8('provider id');
    header.field('provider info');
    header.field('encrypted data key');
  }
  const nonceStart = header.at;
  if (nonceStart - keysStart > 8192) throw malformed('encrypted data keys too large');
  const nonce = header.take(12, 'nonce');
  const sealed = header.take(bytes.length - header.at, 'ciphertext');
  if (sealed.length < 16) throw malformed('ends inside the tag');
  return {
    flags, commitment, nonce, aad: bytes.subarray(0, 38), context: parseContext(contextBody),
    contextBytes: bytes.subarray(contextStart, keysStart), keysBytes: bytes.subarray(keysStart, nonceStart),
    ciphertext: sealed.subarray(0, sealed.length - 16), tag: sealed.subarray(sealed.length - 16),
  };
}

function parseContext(body) {
  const cursor = new Cursor(body);
  const pairs = new Map();
  let previous = null;
  for (let left = cursor.u16('context count'); left > 0; left--) {
    const key = cursor.utf8('context key');
    if (previous && Buffer.compare(previous, key.bytes) >= 0) throw malformed('context keys out of order');
    previous = key.bytes;
    pairs.set(key.text, cursor.utf8('context value').text);
  }
  if (cursor.at !== body.length) throw malformed('context not filled');
  return pairs;
}

/** The key schedule; one block of HKDF-Expand is enough for 32 bytes. */
function derive(dataKey, envelope, label) {
  const u32 = (length) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(length); return bytes; };
  const transcript = createHash('sha512')
    .update(u32(envelope.contextBytes.length)).update(envelope.contextBytes)
    .update(u32(envelope.keysBytes.length)).update(envelope.keysBytes).digest();
  const prk = createHmac('sha512', 'kinesis-encryption/compact').update(dataKey).digest();
  return createHmac('sha512', prk).update(label).update(Buffer.from([0, 1, 1])).update(transcript)
    .update(Buffer.from([1])).digest().subarray(0, 32);
}

/** Step 2: what can be refused without a key. */
function admit(envelope, { stream, partitionKey }) {
  const { context, flags } = envelope;
  const refuse = (code, what) => { throw new Refused(code, what); };
  const name = context.get('kinesis:stream-name');
  if (name === undefined) refuse('CONTEXT_MISMATCH', 'no stream name');
  const arn = context.get('kinesis:stream-arn');
  if (name !== stream || (arn !== undefined && !arn.endsWith(`:stream/${stream}`))) refuse('WRONG_STREAM', name);
  for (const key of context.keys()) {
    if (key === 'kinesis:envelope' || key.startsWith('aws-crypto-')) refuse('CONTEXT_MISMATCH', key);
    if (key.startsWith('kinesis:') && key !== 'kinesis:stream-name' && key !== 'kinesis:stream-arn') refuse('UNSUPPORTED_PAYLOAD', key);
  }
  if (flags & 4 && partitionKey === null) refuse('PARTITION_KEY_MISSING', 'bound to a partition key');
}

/** Steps 4 to 6. A vector has its data key with it, so there is no look-up and no choice of a wrapping key. */
export function open(bytes, reader) {
  const envelope = parse(bytes);
  admit(envelope, reader);
  const failed = () => new Refused('AUTHENTICATION_FAILED', 'not what a holder of the key sealed');
  if (!timingSafeEqual(derive(reader.dataKey, envelope, 'commitment'), envelope.commitment)) throw failed();
  const gcm = createDecipheriv('aes-256-gcm', derive(reader.dataKey, envelope, 'record-key'), envelope.nonce, { authTagLength: 16 });
  gcm.setAAD(envelope.flags & 4 ? Buffer.concat([envelope.aad, Buffer.from(reader.partitionKey, 'utf8')]) : envelope.aad);
  gcm.setAuthTag(envelope.tag);
  let payload;
  try { payload = Buffer.concat([gcm.update(envelope.ciphertext), gcm.final()]); } catch { throw failed(); }
  return { flags: envelope.flags, context: envelope.context, payload, userRecords: userRecords(envelope.flags, payload, reader) };
}
