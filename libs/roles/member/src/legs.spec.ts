import { describe, expect, it } from '@jest/globals';
import type { ConnectionTable, ForwardingEntries } from '@rehearsal/dataplane';
import { FORWARDING_WORDS } from '@rehearsal/dataplane';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import { Legs, type LegsParts } from './legs.js';

const ME = 1;
const [HOME, LEG] = [5, 7];

/** One connection of two legs, at home in slot 5; its answers come in by slot 7, which member 2 serves. */
function given(answered = true) {
  const sent: string[] = [];
  const serving = new Set<number>();
  const active: number[] = [];
  active[HOME] = ME;
  active[LEG] = 2;
  const connections = {
    used: 1,
    isLive: () => true,
    hasTwoLegs: () => true,
    isAnswered: () => answered,
    slotOf: () => HOME,
    legSlotOf: () => LEG,
    firstOf: (slot: number) => (slot === HOME ? 0 : -1),
    nextOf: () => -1,
  } as unknown as ConnectionTable;
  const entries = {
    cameInBy: () => HOME,
    describe: (_index: number, _own: boolean, _forget: boolean, out: Int32Array, at: number) => (out[at + 4] = LEG),
    slotOf: (words: Int32Array, at: number) => words[at + 4],
  } as unknown as ForwardingEntries;
  const way = {
    send: (type: number, _words: Int32Array, count: number) =>
      sent.push(`${type === FRAME.legs ? 'asks' : type} for ${(count - HEADER_WORDS) / (FORWARDING_WORDS + 1)}`),
  };
  const legs = new Legs({
    connections,
    entries,
    me: ME,
    ackFirst: true,
    wayTo: () => way,
    serves: (slot: number) => serving.has(slot),
    table: () => ({ active, version: 9 }),
  } as unknown as LegsParts);
  const serve = (slot: number): void => {
    serving.add(slot);
    legs.onServe(slot);
  };
  return { legs, sent, serve };
}

describe('when the slot of the answers has lost what it held', () => {
  it('the entry is asked for anew, and what is sent meanwhile waits for it', () => {
    const { legs, sent, serve } = given();
    serve(HOME);
    legs.reinstall(new Set([LEG]));
    expect(legs.flush([])).toMatchObject([{ done: false }]);
    expect(sent).toEqual(['asks for 1']);
  });

  it('the entry is asked for by whoever serves the home later, where its member was lost too', () => {
    const { legs, sent, serve } = given();
    legs.reinstall(new Set([LEG]));
    legs.flush([]);
    expect(sent).toEqual([]);
    serve(HOME);
    expect(legs.flush([])).toHaveLength(1);
    expect(sent).toEqual(['asks for 1']);
  });

  it('nothing is asked for another slot, or for a life that is over', () => {
    const { legs, sent, serve } = given();
    legs.reinstall(new Set([LEG + 1]));
    serve(HOME);
    legs.reinstall(new Set([LEG]));
    legs.clear();
    serve(HOME);
    legs.flush([]);
    expect(sent).toEqual([]);
  });
});

describe('when the member that began a connection is lost', () => {
  it('whoever serves the home next asks for the entry, and what it sends waits for it', () => {
    const { legs, sent, serve } = given(false);
    serve(HOME);
    expect(legs.flush([])).toMatchObject([{ done: false }]);
    expect(sent).toEqual(['asks for 1']);
  });

  it('nothing is asked for a connection whose answers have come: the entry was there', () => {
    const { legs, sent, serve } = given(true);
    serve(HOME);
    expect(legs.flush([])).toEqual([]);
    expect(sent).toEqual([]);
  });
});
