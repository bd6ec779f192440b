import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Outlet, OutletEvent } from '../outlet.js';

/** What is read back of an event, in the order that the outlet keeps. */
export interface TakenEvent {
  readonly key: string;
  readonly contentType: string;
  readonly body: string;
}

/** A place to publish to, empty at first. */
export interface OutletHarness {
  readonly outlet: Outlet;
  /** What was taken of one series, in the order others read it. */
  taken(series: string): Promise<readonly TakenEvent[]>;
  close(): Promise<void>;
}

const BODIES = ['{"a":1}', 'é \u0000 "quoted" \\ \n two lines\n', '', 'x'.repeat(100_000)];

export function event(series: string, seq: number): OutletEvent {
  return { series, seq, contentType: 'application/cloudevents+json', body: BODIES[seq % BODIES.length]! };
}

const read = ({ series, seq, contentType, body }: OutletEvent): TakenEvent => ({
  key: `${series}/${seq}`,
  contentType,
  body,
});

/** What every outlet must do. */
export function outletContract(name: string, make: () => Promise<OutletHarness>): void {
  describe(`an outlet: ${name}`, () => {
    let harness: OutletHarness;
    jest.setTimeout(60_000);
    beforeAll(async () => {
      harness = await make();
    });
    afterAll(async () => {
      await harness.outlet.close();
      await harness.close();
    });

    it('keeps every event to the byte, with its key, and each series in its order', async () => {
      const { outlet } = harness;
      await outlet.open();
      const all = Array.from({ length: 12 }, (_, i) => [event('run-1/demo_LOG_1', i + 1), event('run-2/a/b', i + 1)]);
      for (let i = 0; i < all.length; i += 3) await outlet.publish(all.slice(i, i + 3).flat());
      for (const series of ['run-1/demo_LOG_1', 'run-2/a/b']) {
        const expected = all
          .flat()
          .filter((e) => e.series === series)
          .map(read);
        expect(await harness.taken(series)).toEqual(expected);
      }
    });

    it('can be let go of and opened again, and is the same one', async () => {
      const { outlet } = harness;
      const name = await outlet.open();
      await outlet.publish([event('again', 1)]);
      await outlet.close();
      await outlet.close();
      await expect(outlet.publish([event('again', 2)])).rejects.toThrow(`${outlet.about} is not open`);
      expect(await outlet.open()).toBe(name);
      await outlet.publish([event('again', 2)]);
      expect((await harness.taken('again')).map(({ key }) => key)).toEqual(['again/1', 'again/2']);
    });
  });
}
