import { describe, expect, it } from '@jest/globals';
import { Router } from './router.js';
import { Way } from './way.js';

const PLAIN = { side: () => 0 as const, along: (connection: number) => connection };

function world(connections = 100, asymmetricPercent = 0) {
  const ways = ['1_1', '1_2'].map((id, i) => new Way(i, id));
  for (const way of ways) {
    way.state = 'alive';
    way.heardReady(true);
  }
  const underWay = new Uint32Array(connections);
  const router = new Router(ways, connections, underWay, asymmetricPercent);
  const [first, second] = ways as [Way, Way];
  const send = (): void => {
    for (let c = 0; c < connections; c++) router.enqueue(c, 0, 0);
  };
  const empty = (way: Way): number[] => {
    const out: number[] = [];
    for (; router.lineOf(way).length > 0; router.lineOf(way).shift()) {
      out.push(router.lineOf(way).connection);
      router.dequeued(router.lineOf(way).connection, 0);
    }
    return out;
  };
  return { router, first, second, underWay, send, empty };
}

describe('the way of a connection', () => {
  it('is one of those that are ready, about half on each of two', () => {
    const { router, first, second, send } = world();
    send();
    expect(router.lineOf(first).length + router.lineOf(second).length).toBe(100);
    expect(Math.abs(router.lineOf(first).length - 50)).toBeLessThan(20);
  });

  it('stays while the connection has packets in line or under way, though another way is ready again', () => {
    const { router, first, second, underWay, send, empty } = world();
    second.ready = false;
    router.refresh();
    send();
    expect(router.lineOf(second).length).toBe(0);
    second.ready = true;
    router.refresh();
    send();
    expect(router.lineOf(second).length).toBe(0);
    underWay.fill(1);
    empty(first);
    send();
    expect([router.lineOf(first).length, router.lineOf(second).length]).toEqual([100, 0]);
    underWay.fill(0);
    empty(first);
    send();
    expect(router.lineOf(second).length).toBeGreaterThan(30);
  });

  it('is none that has not been ready in its present life, even where no other is ready', () => {
    const { router, first, second, send } = world();
    second.begunAnew();
    first.ready = false;
    router.refresh();
    send();
    expect([router.lineOf(first).length, router.lineOf(second).length]).toEqual([100, 0]);
    second.heardReady(true);
    expect([second.usable, first.usable]).toEqual([true, true]);
  });

  it('changes when it is dead, in order, with what was in line', () => {
    const { router, first, second, underWay, send } = world();
    send();
    underWay.fill(1);
    const moved: number[] = [];
    for (let c = 0; c < 100; c++) if (router.wayId(c) === '1_1') moved.push(c);
    const own = router.lineOf(second).length;
    first.state = 'dead';
    router.refresh();
    router.moveQueue(first, PLAIN);
    expect(router.lineOf(first).length).toBe(0);
    const line: number[] = [];
    for (; router.lineOf(second).length > 0; router.lineOf(second).shift()) line.push(router.lineOf(second).connection);
    expect(line.slice(own)).toEqual(moved);
  });

  it('is an orchestrator that is alive but not ready where none is ready, and keeps its line where all are dead', () => {
    const { router, first, second, send } = world();
    first.ready = second.ready = false;
    first.state = 'dead';
    router.refresh();
    send();
    expect([router.lineOf(first).length, router.lineOf(second).length]).toEqual([0, 100]);
    second.state = 'dead';
    router.refresh();
    router.moveQueue(second, PLAIN);
    expect(router.lineOf(second).length).toBe(100);
  });
});

describe('the way of a fragment', () => {
  it('stays that of its connection, though it rests and another way is ready again, until that way dies', () => {
    const { router, first, second, empty } = world();
    second.ready = false;
    router.refresh();
    for (let c = 0; c < 100; c++) router.enqueue(c, 0, 0, c, true);
    second.ready = true;
    router.refresh();
    empty(first);
    for (let c = 0; c < 100; c++) router.enqueue(c, 1, 0, c, true);
    expect(router.lineOf(second).length).toBe(0);
    empty(first);
    for (let c = 0; c < 100; c++) router.enqueue(c, 2, 0);
    expect(router.lineOf(second).length).toBe(0);
    empty(first);
    first.state = 'dead';
    router.refresh();
    for (let c = 0; c < 100; c++) router.enqueue(c, 3, 0);
    expect(router.lineOf(second).length).toBe(100);
  });

  it('that comes before the first one is that of the connection it is a piece of, also when it is moved', () => {
    const { router, first, second } = world();
    const stray = 0;
    for (let c = 1; c < 100; c++) router.enqueue(stray, c, 0, c, true);
    for (let c = 1; c < 100; c++) router.enqueue(c, c, 0, c, true);
    const steps = (way: Way): number[] => {
      const out: number[] = [];
      for (; router.lineOf(way).length > 0; router.lineOf(way).shift()) out.push(router.lineOf(way).step);
      return out;
    };
    const [one, other] = [steps(first), steps(second)];
    for (const taken of [one, other]) {
      expect(taken.length).toBeGreaterThan(60);
      expect(taken.slice(0, taken.length / 2)).toEqual(taken.slice(taken.length / 2));
    }
    for (let c = 1; c < 100; c++) router.enqueue(stray, c, 0, c, true);
    second.state = 'dead';
    router.refresh();
    router.moveQueue(second, { side: () => 0, along: (_connection, step) => step });
    const ways = Array.from({ length: 99 }, (_, i) => router.wayId(i + 1));
    expect(new Set(ways)).toEqual(new Set(['1_1']));
  });
});

describe('the ways of an asymmetric connection', () => {
  it('are two, one a direction, for as many connections as asked for', () => {
    const { router, first, second } = world(1000, 30);
    const [there, back]: [Set<string>[], Set<string>[]] = [[], []];
    for (const [ways, side] of [
      [there, 0],
      [back, 1],
    ] as const) {
      for (let c = 0; c < 1000; c++) router.enqueue(c, side, side);
      for (const way of [first, second]) {
        for (; router.lineOf(way).length > 0; router.lineOf(way).shift()) {
          (ways[router.lineOf(way).connection] ??= new Set()).add(way.id);
          router.dequeued(router.lineOf(way).connection, side);
        }
      }
    }
    const apart = there.filter((ways, c) => [...ways][0] !== [...(back[c] as Set<string>)][0]).length;
    expect(Math.abs(apart - 300)).toBeLessThan(50);
  });
});
