import { describe, expect, it } from '@jest/globals';
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
