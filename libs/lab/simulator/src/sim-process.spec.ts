import { describe, expect, it } from '@jest/globals';
import { scriptedWorld } from './testing/scripted-world.js';

const TO = 'data.member.1_02';

describe('a simulated process', () => {
  it('handles what is due, then the messages at hand, then the ends of the turn in order', () => {
    const log: string[] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_01': (rt) => {
        const lane = rt.lane(TO, { maxInFlightBytes: 1000 });
        rt.after(5, () => {
          lane.send(lane.take(4));
          lane.send(lane.take(8));
        });
      },
      '1_02': (rt) => {
        rt.after(6, () => {
          log.push('timer');
          rt.atTurnEnd(() => log.push('end 1'));
        });
        rt.listen(TO, (bytes) => {
          log.push(`message ${bytes.length}`);
          rt.atTurnEnd(() => {
            log.push(`end of ${bytes.length}`);
            if (log.length < 6) rt.atTurnEnd(() => log.push('last'));
          });
        });
      },
    });
    runMs(1);
    world.hang(process('1_02'));
    runMs(20);
    expect(log).toEqual([]);
    world.resume(process('1_02'));
    runMs(1);
    expect(log).toEqual(['timer', 'message 4', 'message 8', 'end 1', 'end of 4', 'end of 8', 'last']);
  });

  it('counts the processor time it spends, which keeps it from everything else', () => {
    const log: string[] = [];
    const { world, runMs } = scriptedWorld({
      '1_01': (rt) => {
        const since = (): number => Math.round(rt.nowMs() - world.epochMs);
        rt.after(5, () => {
          rt.spend(30_000);
          log.push(`spent until ${since()}, used ${rt.cpuMs()}`);
        });
        rt.after(10, () => log.push(`late at ${since()}, used ${rt.cpuMs()}`));
      },
    });
    runMs(100);
    expect(log).toEqual(['spent until 35, used 30', 'late at 35, used 30']);
  });

  it('is late by what its work costs, so that overload shows as delay', () => {
    const handledUs: number[] = [];
    const { world, runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, { maxInFlightBytes: 1000 });
          rt.after(5, () => {
            for (let n = 0; n < 4; n++) lane.send(lane.take(4));
          });
        },
        '1_02': (rt) => {
          rt.listen(TO, () => handledUs.push(Math.round((rt.nowMs() - world.epochMs) * 1000)));
        },
      },
      { cpuNsPerMessage: 2_000_000 },
    );
    runMs(50);
    // The first is handled as it comes; the others wait for the end of that turn and are handled in one.
    const first = handledUs[0]!;
    expect(handledUs.map((us) => us - first)).toEqual([0, 2000, 4000, 6000]);
  });

  it('loses what does not fit into its socket while it hangs', () => {
    let heard = 0;
    const { world, process, runMs } = scriptedWorld(
      {
        '1_01': (rt) => {
          const lane = rt.lane(TO, { maxInFlightBytes: 10_000 });
          rt.after(5, () => {
            for (let n = 0; n < 10; n++) lane.send(lane.take(100));
          });
        },
        '1_02': (rt) => {
          rt.listen(TO, () => heard++);
        },
      },
      { socketBufferBytes: 350 },
    );
    runMs(1);
    world.hang(process('1_02'));
    runMs(20);
    world.resume(process('1_02'));
    runMs(1);
    expect([heard, process('1_02').metrics.get('sim_socket_overflow')?.value]).toEqual([3, 7]);
  });

  it('starts anew with nothing of what it was, under a larger incarnation', () => {
    const log: string[] = [];
    const { world, process, runMs } = scriptedWorld({
      '1_02': (rt) => {
        log.push(`start ${rt.self.incarnation}`);
        rt.after(10, () => log.push(`timer of ${rt.self.incarnation}`));
        rt.count('starts', 1);
      },
    });
    runMs(5);
    world.crash(process('1_02'), 'dead');
    world.start(process('1_02'));
    runMs(50);
    expect(log).toEqual(['start 1', 'start 2', 'timer of 2']);
    expect(process('1_02').metrics.get('starts')?.value).toBe(1);
  });

  it('has a clock of its own, off by an offset and a drift', () => {
    const { world, process, runMs } = scriptedWorld({ '1_02': () => {} });
    runMs(1);
    const p = process('1_02');
    p.clockOffsetMs = 7;
    p.clockDriftPpm = 1000;
    runMs(999);
    expect(p.runtime!.nowMs() - world.epochMs).toBe(1000 + 7 + 1);
  });

  it('ends the run when a handler throws, and when a role stops itself', () => {
    const thrown = scriptedWorld({
      '1_02': (rt) => {
        rt.after(1, () => {
          throw new Error('no such slot');
        });
      },
    });
    thrown.runMs(10);
    expect(thrown.world.violation?.reason).toMatch(/^member 1_02 threw in a handler: Error: no such slot/);
    const stopped = scriptedWorld({ '1_02': (rt) => rt.fatal('table_hash', { version: 3 }) });
    stopped.runMs(10);
    expect(stopped.world.violation).toEqual({
      seed: '1',
      reason: 'member 1_02 stopped itself: table_hash {"version":3}',
      atMs: 0,
    });
  });
});
