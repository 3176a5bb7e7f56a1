// SPDX-License-Identifier: Apache-2.0
// Answers each line of standard input with a line, using aws-kinesis-agg. "deaggregate AGGREGATE": takes it apart, MD5 verified, and answers
// with its user records. "aggregate RECORDS": answers with the aggregate. User records are separated by commas, and each is
// partition key:explicit hash key:data, all in base64, with "-" for no explicit hash key.
import { createInterface } from 'node:readline';
import aggregation from 'aws-kinesis-agg';

const encode = (text) => Buffer.from(text, 'utf8').toString('base64');
const decode = (base64) => Buffer.from(base64, 'base64').toString('utf8');

function deaggregate(aggregate) {
  let records;
  aggregation.deaggregateSync({ data: aggregate, partitionKey: 'wire', sequenceNumber: '1' }, true, (error, result) => {
    if (error) {
      throw error;
    }
    records = result;
  });
  return records
    .map((r) => [encode(r.partitionKey), r.explicitPartitionKey === undefined ? '-' : encode(r.explicitPartitionKey), r.data].join(':'))
    .join(',');
}

function aggregate(records) {
  const aggregator = new aggregation.RecordAggregator();
  for (const record of records.split(',')) {
    const [partitionKey, explicitHashKey, data] = record.split(':');
    aggregator.addUserRecord({
      partitionKey: decode(partitionKey),
      explicitHashKey: explicitHashKey === '-' ? undefined : decode(explicitHashKey),
      data: Buffer.from(data, 'base64'),
    });
  }
  return aggregator.build().data.toString('base64');
}

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, argument] = line.split(' ');
  process.stdout.write((verb === 'deaggregate' ? deaggregate(argument) : aggregate(argument)) + '\n');
}
