// SPDX-License-Identifier: Apache-2.0
// An independent reader of the envelope format COMPACT, version 1, on Node's crypto alone.
// node read-compact.mjs compact-1.json   opens every vector and says whether each is as expected.
import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

class Refused extends Error {
  constructor(code, message) { super(message); this.code = code; }
}
const malformed = (what) => new Refused('MALFORMED_ENVELOPE', what);

/** A cursor that never reads past the end. */
class Cursor {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }
  take(length, what) {
    if (length > this.bytes.length - this.at) throw malformed(`ends inside ${what}`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u8(what) { return this.take(1, what)[0]; }
  u16(what) { return this.take(2, what).readUInt16BE(); }
  field(what) { return this.take(this.u16(what), what); }
  utf8(what) {
    const bytes = this.field(what);
    try {
      return { bytes, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
    } catch { throw malformed(`${what} is not UTF-8`); }
  }
}

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

export function open(bytes, { dataKey, stream, partitionKey }) {
  const envelope = parse(bytes);
  if (envelope.context.has('kinesis:envelope')) throw new Refused('CONTEXT_MISMATCH', 'implicit pair on the wire');
  const name = envelope.context.get('kinesis:stream-name');
  if (name === undefined) throw new Refused('CONTEXT_MISMATCH', 'no stream name');
  if (name !== stream) throw new Refused('WRONG_STREAM', name);
  const bound = (envelope.flags & 4) !== 0;
  if (bound && partitionKey === null) throw new Refused('PARTITION_KEY_MISSING', 'bound to a partition key');

  const failed = () => new Refused('AUTHENTICATION_FAILED', 'not what a holder of the key sealed');
  if (!timingSafeEqual(derive(dataKey, envelope, 'commitment'), envelope.commitment)) throw failed();
  const gcm = createDecipheriv('aes-256-gcm', derive(dataKey, envelope, 'record-key'), envelope.nonce, { authTagLength: 16 });
  gcm.setAAD(bound ? Buffer.concat([envelope.aad, Buffer.from(partitionKey, 'utf8')]) : envelope.aad);
  gcm.setAuthTag(envelope.tag);
  try {
    const payload = Buffer.concat([gcm.update(envelope.ciphertext), gcm.final()]);
    return { flags: envelope.flags, context: envelope.context, payload };
  } catch { throw failed(); }
}

function check(vector) {
  const hex = (name) => Buffer.from(vector[name], 'hex');
  const reader = { dataKey: hex('dataKey'), stream: vector.stream, partitionKey: vector.partitionKey };
  let opened;
  try { opened = open(hex('envelope'), reader); } catch (e) { if (!(e instanceof Refused)) throw e; return e.code === vector.error; }
  return vector.error === undefined && opened.flags === vector.flags && opened.payload.equals(hex('payload'))
    && JSON.stringify(Object.fromEntries([...opened.context].sort())) === JSON.stringify(Object.fromEntries(Object.entries(vector.encryptionContext).sort()));
}

const { positive, negative } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const wrong = [...positive, ...negative].filter((vector) => !check(vector));
wrong.forEach((vector) => console.log(`not as expected: ${vector.name}`));
console.log(`${positive.length + negative.length} vectors, ${wrong.length === 0 ? 'all as expected' : `${wrong.length} not as expected`}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
