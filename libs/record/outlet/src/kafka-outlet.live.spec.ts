import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { KafkaOutlet, readBrokers } from './kafka-outlet.js';
import { Forwarder } from './testing/forwarder.js';
import { MockBroker } from './testing/mock-broker.js';
import { event, outletContract } from './testing/outlet-contract.js';
import { readTopic } from './testing/read-topic.js';

const TOPIC = 'rehearsal.commits';

outletContract('Kafka', async () => {
  const broker = await MockBroker.start();
  return {
    outlet: new KafkaOutlet({ brokers: [broker.address], topic: TOPIC }),
    taken: async (series) =>
      (await readTopic(broker.address, TOPIC))
        .filter(({ key }) => key.slice(0, key.lastIndexOf('/')) === series)
        .map(({ key, headers, body }) => ({ key, contentType: headers.join('=').replace('content-type=', ''), body })),
    close: () => broker.kill(),
  };
});

describe('an outlet to Kafka', () => {
  jest.setTimeout(60_000);
  const ends: (() => Promise<void>)[] = [];
  const started = async (): Promise<MockBroker> => {
    const broker = await MockBroker.start();
    ends.push(() => broker.kill());
    return broker;
  };
  const outletTo = (...brokers: string[]): KafkaOutlet => {
    const outlet = new KafkaOutlet({ brokers, topic: TOPIC, times: { connectMs: 500, requestMs: 500 } });
    ends.push(() => outlet.close());
    return outlet;
  };
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('keeps a series in one partition, and series apart in others', async () => {
    const broker = await started();
    const outlet = outletTo(broker.address);
    await outlet.open();
    const series = Array.from({ length: 8 }, (_, i) => `run-${i}/demo_LOG_1`);
    for (let seq = 1; seq <= 5; seq++) await outlet.publish(series.map((one) => event(one, seq)));
    const read = await readTopic(broker.address, TOPIC);
    const partitions = series.map((one) => new Set(read.filter((e) => e.key.startsWith(one)).map((e) => e.partition)));
    expect(partitions.map(({ size }) => size)).toEqual(series.map(() => 1));
    expect(new Set(partitions.flatMap((one) => [...one])).size).toBeGreaterThan(1);
  });

  it('has another name where another cluster answers at the same place', async () => {
    const [one, two] = [await started(), await started()];
    const names = [await outletTo(one.address).open(), await outletTo(two.address).open()];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^kafka \S+ rehearsal\.commits$/);
    expect(await outletTo('127.0.0.1:1', one.address).open()).toBe(names[0]);
  });

  it('fails where another cluster has taken the place of the one that was opened, and goes on where the same is back', async () => {
    const place = await Forwarder.start();
    ends.push(() => place.close());
    const [one, two] = [await started(), await started()];
    place.to = one.address;
    const outlet = outletTo(place.address);
    const name = await outlet.open();
    await outlet.publish([event('s', 1)]);
    // The same cluster behind new connections.
    place.hangUp();
    await outlet.publish([event('s', 2)]);
    expect((await readTopic(one.address, TOPIC)).map(({ key }) => key)).toEqual(['s/1', 's/2']);
    await one.kill();
    place.to = two.address;
    await expect(outlet.publish([event('s', 3)])).rejects.toThrow(/another cluster answers at /);
    expect(await outlet.open()).not.toBe(name);
    for (const seq of [1, 2, 3]) await outlet.publish([event('s', seq)]);
    const taken = (await readTopic(two.address, TOPIC)).map(({ key }) => key);
    expect([...new Set(taken.slice(-3))]).toEqual(['s/1', 's/2', 's/3']);
  });

  it('fails within its time where nobody listens, where nothing is answered, and where what answers is no Kafka', async () => {
    await expect(outletTo('127.0.0.1:1').open()).rejects.toThrow(/ECONNREFUSED/);
    const broker = await started();
    const outlet = outletTo(broker.address);
    await outlet.open();
    await outlet.publish([event('s', 1)]);
    await broker.hang();
    await expect(outlet.publish([event('s', 2)])).rejects.toThrow(/timed? ?out/i);
    await expect(outletTo(broker.address).open()).rejects.toThrow(/time|not connected/i);
    await outlet.close();
    broker.wake();
    await outlet.open();
    await outlet.publish([event('s', 3)]);
    const other = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => other.close(() => resolve())));
    const { port } = other.address() as AddressInfo;
    await expect(outletTo(`127.0.0.1:${port}`).open()).rejects.toThrow('Closed connection');
  });
});

describe('brokers in words', () => {
  it.each([
    ['a:9092', ['a:9092']],
    [' 127.0.0.1:1 , kafka.example.com:9092', ['127.0.0.1:1', 'kafka.example.com:9092']],
    ['[::1]:9092', ['[::1]:9092']],
  ])('reads %j', (text, brokers) => {
    expect(readBrokers(text)).toEqual(brokers);
  });

  it.each(['', 'a', 'a:', 'a:9092,', 'kafka://a:9092', 'a:70000', 'user:secret@a:9092'])('refuses %j', (text) => {
    expect(() => readBrokers(text)).toThrow(/expected brokers as host:port,host:port, saw "/);
  });

  it('does not repeat a secret', () => {
    expect(() => readBrokers('kafka://user:secret@a:9092')).toThrow('saw "kafka://…@a:9092"');
  });
});
