// SPDX-License-Identifier: Apache-2.0
// KPL aggregates by aws-kinesis-agg. User records are one text: separated by commas, and each is partition key:explicit hash key:data, all in
// base64, with "-" for no explicit hash key. Aggregates are in base64.
import aggregation from 'aws-kinesis-agg';

const encode = (text) => Buffer.from(text, 'utf8').toString('base64');
const decode = (base64) => Buffer.from(base64, 'base64').toString('utf8');

/** The user records of an aggregate, its MD5 verified. */
export function deaggregate(aggregated) {
  let records;
  aggregation.deaggregateSync({ data: aggregated, partitionKey: 'wire', sequenceNumber: '1' }, true, (error, result) => {
    if (error) {
      throw error;
    }
    records = result;
  });
  return records
    .map((r) => [encode(r.partitionKey), r.explicitPartitionKey === undefined ? '-' : encode(r.explicitPartitionKey), r.data].join(':'))
    .join(',');
}

export function aggregate(records) {
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
