import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { headers } from '@nats-io/transport-node';
import type { JsApi } from './js-api.js';
import { LogFollower, parseDelivery } from './log-follower.js';

describe('places in a delivery', () => {
  it('are read with and without a domain', () => {
    const place = { streamSeq: 412, consumerSeq: 7, storedNs: '1700000000000000000' };
    expect(parseDelivery('$JS.ACK.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3')).toEqual(place);
    expect(parseDelivery('$JS.ACK.site1.Ab3dE.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3')).toEqual(place);
    expect(parseDelivery('$JS.ACK._.Ab3dE.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3.rnd')).toEqual(place);
  });

  it('are not read from anything else', () => {
    expect(parseDelivery('')).toBeUndefined();
    expect(parseDelivery('_INBOX.demo.lab.lab.x.1')).toBeUndefined();
    expect(parseDelivery('a.b.c.d.e.f.g.h.i')).toBeUndefined();
  });
});

describe('following', () => {
  let server: FakeServer;
  let seen: (number | string)[];
  let troubles: string[];
  let follower: LogFollower;

  beforeEach(() => {
    server = new FakeServer();
    seen = [];
    troubles = [];
    follower = new LogFollower(server.connection, server.api, server, (run) => run(), {
      streamName: 'demo_LOG_1',
      logPrefix: 'demo.log.1.',
      filter: 'demo.log.1.>',
      prefix: '',
      fromSeq: 10,
      name: 'follow-1',
      deliverPrefix: '_INBOX.x',
      timing: { heartbeatMs: 500, silenceMs: 1_600, retryMs: 50 },
      on: (commit) => seen.push(commit.seq),
      onCaughtUp: () => seen.push('caught up'),
      onTrouble: (reason) => troubles.push(reason),
    });
  });

  it('holds what arrives before the server said how much there is, and tells when that has come', () => {
    server.deliver(10, 1);
    expect(seen).toEqual([]);
    expect(follower.live).toBe(false);
    server.created(2);
    server.deliver(12, 2);
    server.deliver(13, 3);
    expect(seen).toEqual([10, 12, 'caught up', 13]);
    expect(follower.live).toBe(true);
  });

  it('has caught up at once with an empty log', () => {
    server.created(0);
    expect(seen).toEqual(['caught up']);
  });

  it('asks again from the commit after the last one when a delivery is missing', () => {
    server.created(3);
    server.deliver(10, 1);
    server.deliver(13, 3);
    server.pass(0);
    expect(server.starts).toEqual([10, 11]);
    server.created(2);
    server.deliver(12, 1);
    server.deliver(13, 2);
    expect(seen).toEqual([10, 12, 13, 'caught up']);
    expect(troubles).toEqual(['delivery 3 came, 2 was expected']);
  });

  it('passes over what it was given before', () => {
    server.created(3);
    server.deliver(10, 1);
    server.deliver(10, 2);
    server.deliver(11, 3);
    expect(seen).toEqual([10, 11, 'caught up']);
  });

  it('does not hear the consumer that was given up any more', () => {
    server.created(9);
    server.deliver(10, 1);
    const old = server.receiver;
    server.deliver(13, 3);
    server.pass(0);
    server.created(9);
    old(delivery(11, 2));
    server.deliver(11, 1);
    expect(seen).toEqual([10, 11]);
  });

  it('asks again when a heartbeat tells of a delivery that did not arrive', () => {
    server.created(1);
    server.deliver(10, 1);
    server.heartbeat({ 'Nats-Last-Consumer': '1' });
    expect(server.starts).toEqual([10]);
    server.heartbeat({ 'Nats-Last-Consumer': '2' });
    server.pass(0);
    expect(server.starts).toEqual([10, 11]);
  });

  it('asks again after silence, not before, and heartbeats are no silence', () => {
    server.created(0);
    server.pass(1_500);
    server.heartbeat({});
    server.pass(1_500);
    expect(server.starts).toEqual([10]);
    server.pass(200);
    expect(server.starts).toEqual([10, 10]);
    expect(seen).toEqual(['caught up']);
  });

  it('tries again soon when the server makes no consumer', () => {
    server.refused('no such stream');
    expect(server.starts).toEqual([10]);
    server.pass(50);
    expect(server.starts).toEqual([10, 10]);
    expect(troubles).toEqual(['no consumer on demo_LOG_1: no such stream']);
  });

  it('lets the server go on when it waits for a word', () => {
    server.created(0);
    server.heartbeat({}, '$JS.FC.demo_LOG_1.follow-1.x');
    server.heartbeat({ 'Nats-Consumer-Stalled': '$JS.FC.demo_LOG_1.follow-1.y' });
    expect(server.published).toEqual(['$JS.FC.demo_LOG_1.follow-1.x', '$JS.FC.demo_LOG_1.follow-1.y']);
  });

  it('begins again when the bus comes back, and never after it was stopped', () => {
    server.created(1);
    server.deliver(10, 1);
    follower.busDown();
    expect(follower.live).toBe(false);
    server.pass(5_000);
    expect(server.starts).toEqual([10]);
    follower.busUp();
    expect(server.starts).toEqual([10, 11]);
    follower.stop();
    follower.busUp();
    server.pass(5_000);
    expect(server.starts).toEqual([10, 11]);
  });
});

function delivery(streamSeq: number, consumerSeq: number): Msg {
  const reply = `$JS.ACK.demo_LOG_1.follow-1.1.${streamSeq}.${consumerSeq}.1700000000000000000.0`;
  return { subject: 'demo.log.1.s.1', reply, data: new Uint8Array(1) } as Msg;
}

/** The bus as a follower sees it, with time that passes when told. */
class FakeServer {
  /** First sequence of every consumer asked for. */
  readonly starts: number[] = [];
  readonly published: string[] = [];
  receiver: (message: Msg) => void = () => undefined;
  readonly connection = {
    subscribe: (_subject: string, { callback }: { callback: (error: null, message: Msg) => void }) => {
      this.receiver = (message) => callback(null, message);
      return { unsubscribe: () => undefined };
    },
    publish: (subject: string) => this.published.push(subject),
  } as unknown as NatsConnection;
  readonly api = {
    up: true,
    requestJson: (_subject: string, body: { config: { opt_start_seq: number } }, done: (answer: unknown) => void) => {
      this.starts.push(body.config.opt_start_seq);
      this.#answer = done;
    },
  } as unknown as JsApi;
  #answer: (answer: unknown) => void = () => undefined;
  #timers: { due: number; run: () => void }[] = [];
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { due: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  }

  pass(ms: number): void {
    const until = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#nowMs = next.due;
      next.run();
    }
    this.#nowMs = until;
  }

  created(pending: number): void {
    this.#answer({ value: { num_pending: pending, delivered: { consumer_seq: 0 } } });
  }

  refused(description: string): void {
    this.#answer({ error: { description } });
  }

  deliver(streamSeq: number, consumerSeq: number): void {
    this.receiver(delivery(streamSeq, consumerSeq));
  }

  heartbeat(fields: Readonly<Record<string, string>>, reply = ''): void {
    const words = headers(100, 'Idle Heartbeat');
    for (const name of Object.keys(fields)) words.set(name, fields[name] as string);
    this.receiver({ subject: '_INBOX.x', reply, data: new Uint8Array(0), headers: words } as Msg);
  }
}
