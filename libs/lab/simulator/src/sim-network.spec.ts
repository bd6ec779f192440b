import { describe, expect, it } from '@jest/globals';
import type { Lane } from '@rehearsal/kernel';
import { scriptedWorld, type Script } from './testing/scripted-world.js';

const TO = 'data.member.1_02';

function number(lane: Lane, n: number, bytes = 4): boolean {
  const message = lane.take(bytes);
  new DataView(message.buffer, message.byteOffset).setUint32(0, n, true);
  return lane.send(message);
}

/** Hears at 1_02 and writes down what and when. */
function listener(heard: [number, number][], nowMs: () => number): Script {
  return (runtime) => {
    runtime.listen(TO, (bytes) =>
      heard.push([nowMs(), new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)]),
    );
  };
}

describe('the simulated bus', () => {
  it('carries messages of one way in the order they were sent, however long each takes', () => {
    const heard: [number, number][] = [];
    const { world, runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
          rt.after(1, () => {
            for (let n = 0; n < 200; n++) number(lane, n);
          });
        },
        '1_02': listener(heard, () => 0),
      },
      { messageJitterUs: 5000 },
    );
    runMs(100);
    expect(world.violation).toBeUndefined();
    expect(heard.map(([, n]) => n)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it.each([
    ['lossPerMillion', (n: number) => n < 900 && n > 700],
    ['duplicatePerMillion', (n: number) => n > 1100 && n < 1300],
  ] as const)('does what %s says', (option, fits) => {
    const heard: [number, number][] = [];
    const { runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
          rt.after(1, () => {
            for (let n = 0; n < 1000; n++) number(lane, n);
          });
        },
        '1_02': listener(heard, () => 0),
      },
      { [option]: 200_000 },
    );
    runMs(100);
    expect(fits(heard.length)).toBe(true);
  });

  it('lets messages overtake one another when told to', () => {
    const heard: [number, number][] = [];
    const { runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
          rt.after(1, () => {
            for (let n = 0; n < 1000; n++) number(lane, n);
          });
        },
        '1_02': listener(heard, () => 0),
      },
      { reorderPerMillion: 100_000 },
    );
    runMs(100);
    const numbers = heard.map(([, n]) => n);
    expect(numbers.length).toBe(1000);
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
  });

  it('refuses what does not fit in flight, and says when there is room again', () => {
    const log: string[] = [];
    const { runMs } = scriptedWorld({
      '1_01': (rt) => {
        const lane = rt.lane(TO, {
          maxInFlightBytes: 100,
          onDrained: () => log.push(`drained at ${Math.round((rt.nowMs() % 1000) * 10) / 10}`),
        });
        rt.after(1, () => {
          log.push([number(lane, 1, 300), number(lane, 2, 4), number(lane, 3, 4)].join());
        });
      },
      '1_02': (rt) => {
        rt.listen(TO, () => {});
      },
    });
    runMs(10);
    expect(log).toEqual(['true,false,false', 'drained at 1.1']);
  });

  it('says that nobody listens once it knows that a receiver is gone, and not before', () => {
    const log: string[] = [];
    const { world, process, runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, {
            maxInFlightBytes: 1 << 20,
            onUndeliverable: () => log.push(`undeliverable at ${Math.round(rt.nowMs() - world.epochMs)}`),
          });
          for (const at of [10, 12, 20]) rt.after(at, () => number(lane, at));
        },
        '1_02': listener([], () => 0),
      },
      { undeliverableUs: 5000 },
    );
    runMs(9);
    world.crash(process('1_02'), 'dead');
    runMs(50);
    expect(log).toEqual(['undeliverable at 20']);
  });

  it('cuts one way and leaves the other', () => {
    const log: string[] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': (rt) => {
        const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
        rt.listen('data.member.1_01', () => log.push('1_01 hears'));
        rt.after(5, () => number(lane, 1));
        rt.after(15, () => number(lane, 2));
      },
      '1_02': (rt) => {
        const lane = rt.lane('data.member.1_01', { maxInFlightBytes: 1 << 20 });
        rt.listen(TO, () => log.push('1_02 hears'));
        rt.after(6, () => number(lane, 1));
      },
    });
    const [a, b] = [process('1_01').index, process('1_02').index];
    world.network.setLink(a, b, { cut: true });
    runMs(10);
    expect(log).toEqual(['1_01 hears']);
    world.network.setLink(a, b, {});
    runMs(10);
    expect(log).toEqual(['1_01 hears', '1_02 hears']);
  });

  it('keeps some first part of what a process that dies had just sent', () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const heard: [number, number][] = [];
      const { world, process, runMs } = scriptedWorld(
        {
          '1_01': (rt) => {
            const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
            rt.after(5, () => {
              for (let n = 0; n < 4; n++) number(lane, n);
            });
          },
          '1_02': listener(heard, () => 0),
        },
        {},
        seed,
      );
      runMs(5.05);
      world.crash(process('1_01'), 'dead');
      runMs(10);
      expect(heard.map(([, n]) => n)).toEqual([0, 1, 2, 3].slice(0, heard.length));
      lengths.add(heard.length);
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it('ends the run when a sender changes bytes it gave away', () => {
    const { world, runMs } = scriptedWorld({
      '1_01': (rt) => {
        const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
        rt.after(1, () => {
          const bytes = lane.take(8);
          lane.send(bytes);
          bytes[3] = 1;
        });
      },
      '1_02': listener([], () => 0),
    });
    runMs(10);
    expect(world.violation?.reason).toBe(`member 1_01 changed a message after sending it to ${TO}`);
  });

  it('spoils bytes that a receiver keeps after the call', () => {
    let kept: Uint8Array | undefined;
    const { runMs } = scriptedWorld({
      '1_01': (rt) => {
        const lane = rt.lane(TO, { maxInFlightBytes: 1 << 20 });
        rt.after(1, () => number(lane, 7));
      },
      '1_02': (rt) => {
        rt.listen(TO, (bytes) => (kept = bytes));
      },
    });
    runMs(10);
    expect([...kept!]).toEqual([0xdb, 0xdb, 0xdb, 0xdb]);
  });

  it('asks one of a group, and says when nobody answers', () => {
    const log: string[] = [];
    const answers: Script = (rt) => {
      rt.answer('cmd.x', 'x', (body, reply) => {
        log.push(`${rt.self.id} answers`);
        reply(body);
      });
    };
    const { runMs } = scriptedWorld({
      '1_01': (rt) => {
        rt.after(1, () => {
          rt.ask('cmd.x', new Uint8Array([5]), 50, (r) =>
            log.push(r.kind === 'answer' ? `answer ${r.body[0]}` : r.kind),
          );
          rt.ask('cmd.y', new Uint8Array(1), 50, (r) => log.push(`y ${r.kind}`));
          rt.ask('cmd.z', new Uint8Array(1), 5, (r) => log.push(`z ${r.kind}`));
        });
      },
      '1_02': answers,
      '1_03': (rt) => {
        answers(rt);
        rt.answer('cmd.z', undefined, () => {});
      },
    });
    runMs(100);
    expect(log.filter((l) => l.endsWith('answers')).length).toBe(1);
    expect(log.filter((l) => !l.endsWith('answers'))).toEqual(['y no-responders', 'answer 5', 'z timeout']);
  });
});

describe('a restart of the simulated bus', () => {
  it('loses what was on its way, closes lanes, and calls everyone unreachable who is not back yet', () => {
    const log: string[] = [];
    const heard: [number, number][] = [];
    const { world, process, runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, {
            maxInFlightBytes: 1 << 20,
            onUndeliverable: () => log.push('undeliverable'),
            onDrained: () => log.push('drained'),
          });
          rt.onBus((state) => {
            log.push(state);
            if (state === 'up') number(lane, 2);
          });
          rt.after(9.95, () => number(lane, 1));
          rt.after(12, () => log.push(`sent: ${number(lane, 3)}`));
        },
        '1_02': listener(heard, () => 0),
      },
      { reconnectMaxMs: 0 },
    );
    runMs(10);
    world.stopBus();
    world.hang(process('1_02'));
    runMs(10);
    world.startBus();
    runMs(10);
    world.resume(process('1_02'));
    runMs(10);
    expect(log).toEqual(['down', 'sent: false', 'up', 'drained', 'undeliverable']);
    expect(heard).toEqual([]);
  });
});

describe('a simulated bus that hangs before everyone is back from its restart', () => {
  it('is found by whoever has no connection once it goes on', () => {
    const words: string[] = [];
    const { world, process, runMs } = scriptedWorld(
      { '1_01': (rt) => void rt.onBus((state) => words.push(`${state} ${Math.round(rt.nowMs() - world.epochMs)}`)) },
      { reconnectMaxMs: 0 },
    );
    runMs(10);
    world.stopBus();
    runMs(10);
    world.startBus();
    world.network.hang();
    runMs(10);
    expect(process('1_01').connected).toBe(false);
    world.resumeBus();
    runMs(10);
    expect(words).toEqual(['down 10', 'up 30']);
    expect(world.processes.filter((p) => !p.connected)).toEqual([]);
  });
});

describe('a way to the bus over which nothing gets through', () => {
  it('is given up by both ends after five seconds, and made anew when it is open again', () => {
    const words: string[] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': (rt) => void rt.onBus((state) => words.push(`${state} ${Math.round(rt.nowMs() - world.epochMs)}`)),
    });
    const { index } = process('1_01');
    const cut = (on: boolean): void => {
      world.network.setLink(index, world.busIndex, on ? { cut: true } : {});
      world.wayChanged(process('1_01'));
    };
    cut(true);
    runMs(4_000);
    cut(false);
    runMs(2_000);
    expect(words).toEqual([]);
    cut(true);
    runMs(7_000);
    expect(words).toEqual(['down 11000']);
    expect(process('1_01').connected).toBe(false);
    cut(false);
    runMs(1_000);
    expect(words.length).toBe(2);
    expect(words[1]).toMatch(/^up 130[0-4]\d$/);
  });
});
