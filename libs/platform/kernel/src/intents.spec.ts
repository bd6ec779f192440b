import { describe, expect, it } from '@jest/globals';
import type { InputReply, InputRequest, Machine } from './index.js';
import {
  askInput,
  commitIds,
  createDecider,
  decodeCommit,
  decodeInputReply,
  encodeInputReply,
  encodeInputRequest,
  IntentSender,
  LogFollower,
  serveInputs,
} from './index.js';
import type { SmallProcess } from './testing/small-world.js';
import { SmallWorld } from './testing/small-world.js';
import type { LedgerInput } from './testing/till.js';
import { ledger, pay, till } from './testing/till.js';

type Room = { readonly usedBytes: number; readonly maxBytes: number } | undefined;

/** `room`: what the log says of itself; undefined: it does not say. */
function shopWithRoom(world: SmallWorld, room: Room) {
  const log = { room };
  const usage = (done: (room: Room) => void): void => void world.time.after(1, () => done(log.room));
  return { log, ...shop(world, '1_1', undefined, usage) };
}

function shop(
  world: SmallWorld,
  id: string,
  check?: (input: { readonly type: string }) => string | undefined,
  usage?: (done: (room: Room) => void) => void,
) {
  const process = world.process('shop', id);
  const runtime =
    usage === undefined ? process.runtime : { ...process.runtime, log: { ...process.runtime.log, usage } };
  const follower = new LogFollower(runtime);
  const options = { build: 'b', settings: { 'log.seenIds': true }, newCommitId: commitIds(runtime.self) };
  const decider = createDecider(runtime, follower, { ...options, machine: till, stream: 'till.T1' });
  follower.start(() => serveInputs(runtime, decider, check === undefined ? {} : { check }));
  return { process, decider };
}

function ask(world: SmallWorld, process: SmallProcess, request: InputRequest, withinMs?: number): InputReply[] {
  const replies: InputReply[] = [];
  const options = withinMs === undefined ? {} : { withinMs };
  askInput(process.runtime, 'till.T1', request, options, (reply) => replies.push(reply));
  world.time.advance(withinMs ?? 5000);
  return replies;
}

describe('inputs sent to a stream', () => {
  it('are answered with the commit, or from it when repeated', () => {
    const world = new SmallWorld();
    shop(world, '1_1');
    shop(world, '1_2');
    const client = world.process('cli', 'c');
    const request = { input: pay('p1', 5), principal: { name: 'anna', known: 'os-user' } } as const;
    const replies = [ask(world, client, request), ask(world, client, request), ask(world, client, request)];
    const commit = decodeCommit(world.store.commits()[0]!.bytes);
    expect(replies).toStrictEqual([
      [{ kind: 'committed', commit }],
      [{ kind: 'repeated', commit }],
      [{ kind: 'repeated', commit }],
    ]);
    expect(commit.principal).toStrictEqual({ name: 'anna', known: 'os-user' });
    expect(world.store.commits()).toHaveLength(1);
  });

  it('cannot claim a signature or a token that nobody checked', () => {
    const world = new SmallWorld();
    shop(world, '1_1');
    const client = world.process('cli', 'c');
    ask(world, client, { input: pay('p1'), principal: { name: 'anna', known: 'signed' } });
    ask(world, client, { input: pay('p2') });
    expect(world.store.commits().map(({ bytes }) => decodeCommit(bytes).principal)).toStrictEqual([
      { name: 'anna', known: 'asserted' },
      { name: 'unknown', known: 'asserted' },
    ]);
  });

  it('are rejected for good when they are no inputs, or none the machine takes', () => {
    const world = new SmallWorld();
    shop(world, '1_1', (input) => (input.type === 'pay' ? undefined : `there is no input ${input.type}`));
    const client = world.process('cli', 'c');
    const rejected = (request: unknown) => ask(world, client, request as InputRequest);
    expect(rejected({ input: { ...pay('p1'), type: 'steal' } })).toStrictEqual([
      { kind: 'rejected', reason: 'there is no input steal' },
    ]);
    expect(rejected({ input: { type: 'pay' } })).toStrictEqual([
      { kind: 'rejected', reason: 'expected an input with a type and an id' },
    ]);
    expect(rejected({ input: { ...pay('p1'), from: 'deadline' } })).toStrictEqual([
      { kind: 'rejected', reason: 'expected input.from to be command, intent or observation' },
    ]);
    expect(rejected([])).toStrictEqual([{ kind: 'rejected', reason: 'expected {input, cause?, principal?} as JSON' }]);
    expect(world.store.commits()).toHaveLength(0);
  });

  it('are asked again until somebody decides, but not for ever', () => {
    const world = new SmallWorld();
    const client = world.process('cli', 'c');
    expect(ask(world, client, { input: pay('p1') }, 3000)).toStrictEqual([
      { kind: 'failed', reason: 'no decision within 3000 ms: nobody decides till.T1' },
    ]);
    world.time.after(1500, () => shop(world, '1_1'));
    expect(ask(world, client, { input: pay('p1') }, 3000).map(({ kind }) => kind)).toStrictEqual(['committed']);
  });

  it('go to everybody once the one asked first is silent, and are decided once', () => {
    const world = new SmallWorld();
    for (const id of ['1_1', '1_2', '1_3']) {
      const { runtime } = world.process('shop', id);
      runtime.answer('cmd.till.T1', 'cmd.till.T1', () => {});
      runtime.answer('cmd.till.T1.all', undefined, () => {});
    }
    shop(world, '1_4');
    shop(world, '1_5');
    const client = world.process('cli', 'c');
    world.time.advance(10);
    const tries: string[] = [];
    const replies: InputReply[] = [];
    const options = { onRetry: (reason: string) => tries.push(reason) };
    askInput(client.runtime, 'till.T1', { input: pay('p1') }, options, (reply) => replies.push(reply));
    world.time.advance(5000);
    expect(tries).toStrictEqual(['no answer within 250 ms']);
    expect(replies.map(({ kind }) => kind)).toStrictEqual(['committed']);
    expect(world.store.commits()).toHaveLength(1);
  });

  it('are taken as commands as soon as the log has room again', () => {
    const world = new SmallWorld();
    const { process, log } = shopWithRoom(world, { usedBytes: 90, maxBytes: 100 });
    const client = world.process('cli', 'c');
    world.time.advance(10);
    expect(ask(world, client, { input: pay('p1') }, 1000)).toMatchObject([{ kind: 'rejected' }]);
    log.room = { usedBytes: 90, maxBytes: 1000 };
    expect(ask(world, client, { input: pay('p2') }, 1000).map(({ kind }) => kind)).toStrictEqual(['committed']);
    log.room = { usedBytes: 990, maxBytes: 1000 };
    world.time.advance(6000);
    log.room = undefined;
    expect(ask(world, client, { input: pay('p3') }, 1000)).toMatchObject([{ kind: 'rejected' }]);
    expect(process.notes.map(({ code }) => code)).toStrictEqual(['log_nearly_full', 'log_nearly_full']);
  });

  it('are refused as commands when the log is nearly full, but not as observations', () => {
    const world = new SmallWorld({ maxBytes: 1950 });
    shop(world, '1_1');
    const client = world.process('cli', 'c');
    for (const id of ['p1', 'p2', 'p3', 'p4']) ask(world, client, { input: pay(id) }, 1000);
    expect(world.store.commits()).toHaveLength(4);
    world.time.advance(6000);
    const [refused] = ask(world, client, { input: pay('p5') }, 1000);
    expect(refused).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('80 % full') });
    const input = { type: 'weigh', id: 'w1', at: 1, from: 'observation', grams: 0 } as const;
    expect(ask(world, client, { input }, 1000)).toStrictEqual([{ kind: 'ignored' }]);
  });

  it('are asked again when the reply makes no sense', () => {
    expect(decodeInputReply(new Uint8Array([1, 2]))).toStrictEqual({
      kind: 'failed',
      reason: 'the reply could not be read',
    });
    const half = new TextEncoder().encode('{"kind":"committed","commit":{"id":"x"}}');
    expect(decodeInputReply(half)).toMatchObject({ kind: 'failed' });
    expect(decodeInputReply(encodeInputReply({ kind: 'ignored' }))).toStrictEqual({ kind: 'ignored' });
  });
});

/** Sends several intents an event, to two receivers. */
const herald: Machine<null, never, { readonly type: string }> = {
  kind: 'till',
  initial: null,
  evolve: () => null,
  decide: () => [],
  react: () => [
    { to: 'ledger.L1', input: { type: 'book', amount: 1 } },
    { to: 'ledger.L2', input: { type: 'book', amount: 2 } },
    { to: 'ledger.L1', input: { type: 'book', amount: 3 } },
  ],
  deadlines: () => [],
};

describe('intents', () => {
  function receiver(world: SmallWorld, stream: string, answer: (request: InputRequest) => InputReply) {
    const got: InputRequest[] = [];
    world.process('ledger', stream).runtime.answer(`cmd.${stream}`, stream, (body, reply) => {
      const request = JSON.parse(new TextDecoder().decode(body)) as InputRequest;
      got.push(request);
      reply(encodeInputReply(answer(request)));
    });
    return got;
  }

  it('are sent one after the other to each receiver, the same to the byte until answered, then acknowledged', () => {
    const world = new SmallWorld();
    const { decider } = shop(world, '1_1');
    let failures = 2;
    const l1 = receiver(world, 'ledger.L1', () =>
      failures-- > 0 ? { kind: 'failed', reason: 'busy' } : { kind: 'ignored' },
    );
    const l2 = receiver(world, 'ledger.L2', () => ({ kind: 'rejected', reason: 'closed' }));
    const sender = world.process('sync', '1');
    new IntentSender(sender.runtime, herald as never).start();
    decider.submit(pay('p1'), undefined, undefined, () => {});
    world.time.advance(30_000);
    const commit = decodeCommit(world.store.commits()[0]!.bytes);
    const request = (n: number, amount: number): InputRequest => ({
      input: { type: 'book', amount, id: `till.T1:1:0:${n}`, at: commit.time.ms, from: 'intent' } as LedgerInput,
      cause: 'till.T1:1',
      principal: { name: 'sync.1', known: 'service' },
    });
    const bytes = (requests: readonly InputRequest[]) =>
      requests.map((one) => new TextDecoder().decode(encodeInputRequest(one)));
    expect(bytes(l1)).toStrictEqual(bytes([request(0, 1), request(0, 1), request(0, 1), request(2, 3)]));
    expect(bytes(l2)).toStrictEqual(bytes([request(1, 2)]));
    expect(sender.notes.filter(({ level }) => level === 'error')).toStrictEqual([
      {
        level: 'error',
        code: 'intent_rejected',
        fields: { to: 'ledger.L2', intent: 'till.T1:1:0:1', reason: 'closed' },
      },
    ]);
  });

  it('are sent again when their acknowledgement was lost, and booked once', () => {
    let lost = 3;
    const world = new SmallWorld({ faults: { loseAcknowledgement: () => lost-- > 0 } });
    const { process, decider } = shop(world, '1_1');
    const books = world.process('ledger', 'L1');
    const follower = new LogFollower(books.runtime);
    const options = { build: 'b', settings: { 'log.seenIds': true }, newCommitId: commitIds(books.runtime.self) };
    const booking = createDecider(books.runtime, follower, { ...options, machine: ledger, stream: 'ledger.L1' });
    follower.start(() => serveInputs(books.runtime, booking));
    new IntentSender(process.runtime, till as never).start();
    decider.submit(pay('p1', 7), undefined, undefined, () => {});
    world.time.advance(30_000);
    expect(lost).toBeLessThan(0);
    expect(booking.state.total).toBe(7);
    expect(booking.version).toBe(1);
  });

  it('do not wait for a receiver that is not there, except those that go to it', () => {
    const world = new SmallWorld();
    const { decider } = shop(world, '1_1');
    const l2 = receiver(world, 'ledger.L2', () => ({ kind: 'ignored' }));
    new IntentSender(world.process('sync', '1').runtime, herald as never).start();
    for (const id of ['p1', 'p2']) decider.submit(pay(id), undefined, undefined, () => {});
    world.time.advance(500);
    expect(l2.map(({ input }) => input.id)).toStrictEqual(['till.T1:1:0:1', 'till.T1:2:0:1']);
  });
});
