// SPDX-License-Identifier: Apache-2.0
// Answers each line of standard input with a line. "deaggregate AGGREGATE": with its user records. "aggregate RECORDS": with the aggregate.
import { createInterface } from 'node:readline';
import { aggregate, deaggregate } from './kpl.mjs';

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, argument] = line.split(' ');
  process.stdout.write((verb === 'deaggregate' ? deaggregate(argument) : aggregate(argument)) + '\n');
}
