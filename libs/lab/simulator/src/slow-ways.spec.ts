import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { appendMsgId, encodeCommit, type Commit, type Runtime } from '@rehearsal/kernel';
import { scriptedWorld, type Script } from './testing/scripted-world.js';

const TO = 'data.member.1_02';
/** A message of 1000 bytes takes a second. */
const SLOW = { rateKbps: 8 };

/** Sends messages of 1000 bytes that begin with their number, at the ms given. */
function sender(...atMs: readonly number[]): Script {
  return (runtime) => {
    const lane = runtime.lane(TO, { maxInFlightBytes: 1 << 20 });
    for (const [n, ms] of atMs.entries()) {
      runtime.after(ms, () => {
        const message = lane.take(1000);
        message[0] = n;
        lane.send(message);
      });
    }
  };
}

/** Writes down the number of each message and the ms it came at, since the world began. */
function listener(heard: [number, number][], epochMs: () => number): Script {
  return (runtime) => {
    runtime.listen(TO, (bytes) => heard.push([bytes[0]!, Math.round(runtime.nowMs() - epochMs())]));
  };
}

function commitOf(runtime: Runtime): Commit {
  return {
    id: 'c1',
    stream: 'toy.1',
    version: 1,
    prev: '',
    input: { type: 'count', id: 'i1', at: 0, from: 'command', text: 'x'.repeat(2000) } as Commit['input'],
    events: [],
    principal: { name: 'somebody', known: 'service' },
    build: 'b',
    time: runtime.hlc(),
  };
}

describe('a way with a backlog', () => {
  it('lets all that waits through in order once it is mended, and what comes then right behind', () => {
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': sender(1, 2, 3, 4, 2600),
      '1_02': listener(heard, () => world.epochMs),
    });
    const { index } = process('1_02');
    world.network.setLink(world.busIndex, index, SLOW);
    runMs(2500);
    expect(heard).toEqual([
      [0, 1001],
      [1, 2001],
    ]);
    world.network.setLink(world.busIndex, index, {});
    runMs(200);
    expect(heard.slice(2)).toEqual([
      [2, 2500],
      [3, 2500],
      [4, 2600],
    ]);
  });

  it('goes on at its new pace where it is only less slow, and keeps what waits there when it is cut', () => {
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': sender(1, 2, 3),
      '1_02': listener(heard, () => world.epochMs),
    });
    const { index } = process('1_02');
    const set = (spec: object): void => world.network.setLink(world.busIndex, index, spec);
    set(SLOW);
    runMs(500);
    set({ rateKbps: 80 });
    runMs(150);
    set({ cut: true });
    runMs(20);
    set({});
    runMs(100);
    expect(heard).toEqual([
      [0, 600],
      [1, 670],
      [2, 670],
    ]);
  });

  it('is free for a process that starts anew: what waited for the one before is lost with its connection', () => {
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': sender(1, 2, 3, 1700),
      '1_02': listener(heard, () => world.epochMs),
    });
    const member = process('1_02');
    world.network.setLink(world.busIndex, member.index, SLOW);
    runMs(1500);
    world.crash(member, 'dead');
    world.start(member);
    runMs(2500);
    expect(heard).toEqual([
      [0, 1001],
      [3, 2700],
    ]);
  });

  it('lets what the log says through once it is mended, too', () => {
    const told: number[] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': (runtime) => {
        runtime.after(10, () => {
          const commit = commitOf(runtime);
          const bytes = encodeCommit(commit);
          runtime.log.append({ stream: 'toy.1', bytes, expectLastSeq: 0, msgId: appendMsgId(commit) }, () => {});
        });
      },
      '1_02': (runtime) =>
        void runtime.log.follow('', 1, ({ seq }) => told.push(seq, Math.round(runtime.nowMs() - world.epochMs))),
    });
    const { index } = process('1_02');
    world.network.setLink(world.busIndex, index, { ...SLOW, logDelayMs: 500 });
    runMs(400);
    expect(told).toEqual([]);
    world.network.setLink(world.busIndex, index, {});
    runMs(1);
    expect(told).toEqual([1, 400]);
  });
});

describe('metered ways up to the bus and down from it', () => {
  it('let nobody wait for a message that is still on the way of its sender', () => {
    const heard: [number, number][] = [];
    const send =
      (ms: number, bytes: number): Script =>
      (runtime) => {
        const lane = runtime.lane(TO, { maxInFlightBytes: 1 << 20 });
        runtime.after(ms, () => void lane.send(lane.take(bytes)));
      };
    const { world, runMs } = scriptedWorld({
      '1_01': send(10, 80_000),
      '1_1': send(20, 100),
      '1_02': (runtime) =>
        void runtime.listen(TO, ({ length }) => heard.push([Math.round(runtime.nowMs() - world.epochMs), length])),
    });
    for (const { index } of world.processes) {
      world.network.setLink(index, world.busIndex, { rateKbps: 64 });
      world.network.setLink(world.busIndex, index, { rateKbps: 64 });
    }
    runMs(60_000);
    expect(heard).toEqual([
      [45, 100],
      [20_010, 80_000],
    ]);
  });

  it('bring what they held in order when they are mended at once, one message past the way up and one not', () => {
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': sender(1, 2),
      '1_02': listener(heard, () => world.epochMs),
    });
    const [from, to] = [process('1_01').index, process('1_02').index];
    const set = (spec: object): void => {
      world.network.setLink(from, world.busIndex, spec);
      world.network.setLink(world.busIndex, to, spec);
    };
    set(SLOW);
    runMs(1500);
    expect(heard).toEqual([]);
    set({});
    runMs(10);
    expect(heard).toEqual([
      [0, 1500],
      [1, 1500],
    ]);
  });

  it('take nothing that set out before while the way down was free, however that was before', () => {
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': sender(1, 101),
      '1_02': listener(heard, () => world.epochMs),
    });
    const [from, to] = [process('1_01').index, process('1_02').index];
    world.network.setLink(from, world.busIndex, { delayMs: 300 });
    world.network.setLink(world.busIndex, to, { delayMs: 1 });
    runMs(100);
    world.network.setLink(world.busIndex, to, {});
    runMs(100);
    world.network.setLink(world.busIndex, to, SLOW);
    runMs(5_000);
    expect(heard).toEqual([
      [0, 301],
      [1, 401],
    ]);
  });

  it('keep what one process sends another in order, and lose none of it, however they change', () => {
    const senders = ['1_01', '1_03', '1_1'] as const;
    const spec = fc.oneof(
      fc.constant({}),
      fc.record({ rateKbps: fc.constantFrom(8, 80, 800), delayMs: fc.constantFrom(1, 30, 300) }, { requiredKeys: [] }),
    );
    const way = fc.record({
      atMs: fc.constantFrom(0, 50, 100, 200, 400),
      of: fc.constantFrom('up', 'down', 'between'),
      who: fc.constantFrom(...senders),
      spec,
    });
    const message = fc.record({
      atMs: fc.integer({ min: 0, max: 400 }),
      who: fc.constantFrom(...senders),
      bytes: fc.integer({ min: 8, max: 400 }),
    });
    const changes = fc.array(way, { minLength: 1, maxLength: 12 });
    const messages = fc.array(message, { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(changes, messages, fc.integer(), fc.boolean(), (ways, sent, seed, rough) => {
        const heard = new Map<number, number[]>(senders.map((_, who) => [who, []]));
        const script =
          (id: string): Script =>
          (runtime) => {
            const lane = runtime.lane(TO, { maxInFlightBytes: 1 << 20 });
            let number = 0;
            for (const { atMs, bytes } of sent.filter(({ who }) => who === id)) {
              runtime.after(atMs, () => {
                const bare = lane.take(bytes);
                bare[0] = senders.indexOf(id as never);
                bare[1] = number++;
                lane.send(bare);
              });
            }
          };
        const { world, process, runMs } = scriptedWorld(
          {
            ...Object.fromEntries(senders.map((id) => [id, script(id)])),
            '1_02': (runtime) => void runtime.listen(TO, (bytes) => heard.get(bytes[0]!)!.push(bytes[1]!)),
          },
          rough ? { messageJitterUs: 5000, clogPerMillion: 200_000, clogMaxMs: 40 } : {},
          seed,
        );
        const to = process('1_02').index;
        for (const { atMs, of, who, spec: link } of ways.toSorted((a, b) => a.atMs - b.atMs)) {
          runMs(atMs - world.nowUs / 1000);
          const from = process(who).index;
          const ends = { up: [from, world.busIndex], down: [world.busIndex, to], between: [from, to] } as const;
          world.network.setLink(...ends[of], link);
        }
        runMs(60_000);
        const all = senders.map((id) => sent.filter(({ who }) => who === id).map((_, n) => n));
        expect([...heard.values()]).toEqual(all);
      }),
      { numRuns: 300 },
    );
  });
});
