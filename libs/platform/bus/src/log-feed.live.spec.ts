import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { logSubject, logStreamName } from '@rehearsal/protocol';
import type { FedMessage, StoredMessage } from './log-feed.js';
import { append, FABRIC, SITE, TestBus, Until } from './test-support.js';

// Real servers: what takes a moment on a free machine takes seconds on a loaded one.
jest.setTimeout(30_000);

const STREAM = 'security-group.SG1';
const encoder = new TextEncoder();

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start();
});
afterEach(() => bus.close());

/** Writes commits `from` to `to`. */
async function write(from: number, to: number): Promise<void> {
  const writer = await bus.runtime('orchestrator', '1_1');
  for (let version = from; version <= to; version++) {
    const outcome = await append(writer.log, {
      stream: STREAM,
      bytes: encoder.encode(`commit ${version}`),
      expectLastSeq: version - 1,
      msgId: `${STREAM}:${version}:a`,
    });
    expect(outcome).toEqual({ kind: 'ok', seq: version });
  }
}

/** Processor time of the server so far. */
function serverCpuMs(): number {
  const stat = readFileSync(`/proc/${bus.server.pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; user and system time are 12 and 13 words after it, in hundredths of a second.
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(words[11]) + Number(words[12])) * 10;
}

interface ConsumerState {
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

/** What the server says of the archive's consumer to those who may make it. */
async function consumerState(connection: NatsConnection, fromSeq: number): Promise<ConsumerState> {
  const stream = logStreamName(FABRIC, SITE);
  const filter = `${FABRIC}.log.${SITE}.>`;
  const config = {
    name: 'archive',
    durable_name: 'archive',
    deliver_policy: 'by_start_sequence',
    opt_start_seq: fromSeq,
    ack_policy: 'all',
    ack_wait: 30e9,
    max_deliver: -1,
    max_ack_pending: 100_000,
    replay_policy: 'instant',
    filter_subject: filter,
  };
  const question = JSON.stringify({ stream_name: stream, config });
  const reply = await connection.request(`$JS.API.CONSUMER.CREATE.${stream}.archive.${filter}`, question);
  return reply.json<ConsumerState>();
}

describe('the feed of a log', () => {
  it('brings every message once and in order, with all that is stored of it', async () => {
    await write(1, 3);
    const archive = await bus.runtime('archive', '1');
    const seen: FedMessage[] = [];
    const until = new Until();
    archive.rawLog.feed(1, {
      room: () => 100,
      on: (message) => {
        seen.push(message);
        until.changed();
      },
    });
    const writer = await bus.raw('orchestrator', '1_1');
    const more = headers();
    more.append('Twice', 'one');
    more.append('Twice', 'two');
    const subject = logSubject(FABRIC, SITE, STREAM);
    const odd = Uint8Array.of(0, 255, 13, 10);
    await writer.request(subject, odd, { headers: more, timeout: 5_000 });
    await writer.request(subject, odd);
    await until.that(() => seen.length === 5);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(seen[0]).toMatchObject({
      subject,
      headers: [
        ['Nats-Expected-Stream', logStreamName(FABRIC, SITE)],
        ['Nats-Expected-Last-Subject-Sequence', '0'],
        ['Nats-Msg-Id', `${STREAM}:1:a`],
      ],
      bytes: encoder.encode('commit 1'),
      storedNs: expect.stringMatching(/^\d{19}$/),
    });
    expect(seen[3]).toMatchObject({
      headers: [
        ['Twice', 'one'],
        ['Twice', 'two'],
      ],
      bytes: odd,
    });
    expect(seen[4]?.headers).toEqual([]);
    for (const { acknowledge, ...message } of seen) {
      const asked = await new Promise<StoredMessage | 'none' | undefined>((resolve) => {
        archive.rawLog.messageAt(message.seq, resolve);
      });
      expect(asked).toEqual(message);
      acknowledge();
    }
    expect(await new Promise((resolve) => archive.rawLog.messageAt(6, resolve))).toBe('none');
    expect(await new Promise((resolve) => archive.rawLog.lastSeq(resolve))).toBe(5);
  });

  it('asks for no more than there is room for, and tells the server what need not come again', async () => {
    await write(1, 20);
    const archive = await bus.runtime('archive', '1');
    const looker = await bus.raw('archive', '1');
    const seen: FedMessage[] = [];
    const until = new Until();
    let taken = 0;
    const feed = archive.rawLog.feed(1, {
      room: () => 7 - (seen.length - taken),
      on: (message) => {
        seen.push(message);
        until.changed();
      },
    });
    await until.that(() => seen.length === 7);
    expect(await consumerState(looker, 1)).toMatchObject({ num_pending: 13, num_ack_pending: 7 });
    seen[4]!.acknowledge();
    taken = 5;
    feed.more();
    await until.that(() => seen.length === 12);
    expect(await consumerState(looker, 1)).toMatchObject({ num_pending: 8, num_ack_pending: 7 });
    taken = 12;
    feed.more();
    await until.that(() => seen.length === 19);
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
  });

  it('costs the server no more at the end of a long log than at its beginning', async () => {
    const count = 16_000;
    const writer = await bus.raw('orchestrator', '1_1');
    for (let i = 0; i < count; i++) writer.publish(logSubject(FABRIC, SITE, STREAM), new Uint8Array(200));
    await writer.flush();
    const archive = await bus.runtime('archive', '1');
    /** What the server has used when each quarter had come. */
    const usedMs = [serverCpuMs()];
    await new Promise<void>((resolve) => {
      let seen = 0;
      const feed = archive.rawLog.feed(1, {
        room: () => 1_000,
        on: (message) => {
          if (++seen % 500 === 0) message.acknowledge();
          if (seen % (count / 4) === 0) usedMs.push(serverCpuMs());
          if (seen < count) return;
          feed.stop();
          resolve();
        },
      });
    });
    const [first, , , last] = usedMs.slice(1).map((ms, i) => ms - usedMs[i]!);
    // It counts in steps of 10 ms; a cost that grew with what was read before made this many times as much.
    expect(last).toBeLessThan(3 * first! + 150);
  });

  it('goes on where it was when the bus comes back, and begins where it is told to', async () => {
    await write(1, 4);
    const archive = await bus.runtime('archive', '1');
    const seen: number[] = [];
    const until = new Until();
    const feed = archive.rawLog.feed(3, {
      room: () => 100,
      on: ({ seq }) => {
        seen.push(seq);
        until.changed();
      },
    });
    await until.that(() => seen.length === 2);
    await bus.server.kill();
    await bus.server.startAgain();
    await write(5, 8);
    await until.that(() => seen.length === 6);
    expect(seen).toEqual([3, 4, 5, 6, 7, 8]);
    // Another life of the archive, which has stored less than came to the first.
    feed.stop();
    const again: number[] = [];
    archive.rawLog.feed(5, {
      room: () => 100,
      on: ({ seq }) => {
        again.push(seq);
        until.changed();
      },
    });
    await until.that(() => again.length === 4);
    expect(again).toEqual([5, 6, 7, 8]);
  });
});
