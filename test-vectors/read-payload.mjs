// SPDX-License-Identifier: Apache-2.0
// What a payload holds: the KPL's AggregatedRecord, and zstd where this Node.js has it (22.15 and later).
import * as zlib from 'node:zlib';

export class Refused extends Error {
  constructor(code, message) { super(message); this.code = code; }
}
export const malformed = (what) => new Refused('MALFORMED_ENVELOPE', what);
const malformedPayload = (what) => new Refused('MALFORMED_PAYLOAD', what);

function utf8(bytes, error) {
  try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw error('not UTF-8'); }
}

/** A cursor that never reads past the end. */
export class Cursor {
  constructor(bytes, error = malformed) { this.bytes = bytes; this.at = 0; this.error = error; }
  get left() { return this.bytes.length - this.at; }
  take(length, what) {
    if (length > this.left) throw this.error(`ends inside ${what}`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u8(what) { return this.take(1, what)[0]; }
  u16(what) { return this.take(2, what).readUInt16BE(); }
  field(what) { return this.take(this.u16(what), what); }
  utf8(what) { const bytes = this.field(what); return { bytes, text: utf8(bytes, this.error) }; }
  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8('number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
    throw this.error('a number of more than 64 bits');
  }
}

/** The user records of an authenticated payload; undefined if it is compressed and this Node.js has no zstd. */
export function userRecords(flags, payload, { partitionKey }) {
  if (flags & 2 && !zlib.zstdDecompressSync) return undefined;
  const plain = flags & 2 ? zlib.zstdDecompressSync(payload, { maxOutputLength: 10 << 20 }) : payload;
  if (!(flags & 1)) return [{ partitionKey, explicitHashKey: null, data: plain.toString('hex') }];
  const { 1: keys = [], 2: hashKeys = [], 3: records = [] } = fields(plain);
  if (records.length === 0) throw malformedPayload('no user record');
  const [texts, hashTexts] = [keys, hashKeys].map((table) => table.map((key) => utf8(key, malformedPayload)));
  const entry = (table, index) => { if (!(index < table.length)) throw malformedPayload(`index ${index}`); return table[index]; };
  return records.map(fields).map(({ 1: key, 2: hashKey, 3: data }) => {
    if (!data) throw malformedPayload('no data');
    return {
      partitionKey: entry(texts, key?.at(-1)) || null,
      explicitHashKey: hashKey ? entry(hashTexts, hashKey.at(-1)) : null,
      data: data.at(-1).toString('hex'),
    };
  });
}

/** The fields of a protobuf message, by number: each a list, because any field may come again. */
function fields(message) {
  const cursor = new Cursor(message, malformedPayload);
  const found = {};
  while (cursor.left > 0) {
    const tag = cursor.varint();
    const read = { 0: () => cursor.varint(), 1: () => cursor.take(8, 'field'), 2: () => cursor.take(cursor.varint(), 'field'), 5: () => cursor.take(4, 'field') }[tag % 8];
    if (!read) throw malformedPayload(`wire type ${tag % 8}`);
    (found[Math.floor(tag / 8)] ??= []).push(read());
  }
  return found;
}
