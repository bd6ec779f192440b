import { describe, expect, it } from '@jest/globals';
import { DROP, REOPEN, SEGMENT, STATE, nextState, nextUdpState, segmentOf, timeoutTable } from './tcp.js';
import type { StateName } from './tcp.js';

const FLAGS = { SYN: 2, SYNACK: 18, ACK: 16, FIN: 17, RST: 4, RSTACK: 20 };
type Step = `${'>' | '<'} ${keyof typeof FLAGS}`;
const nameOf = (state: number) =>
  (Object.keys(STATE) as StateName[]).find((name) => STATE[name] === state) ?? (state === DROP ? 'DROP' : 'REOPEN');

/** States after each step; `>` is a segment of the initiator. */
function follow(steps: Step[]): string[] {
  const states: string[] = [];
  let state: number = STATE.none;
  for (const step of steps) {
    const [side, segment] = step.split(' ') as ['>' | '<', keyof typeof FLAGS];
    const next = nextState(state, FLAGS[segment], side === '>');
    states.push(nameOf(next));
    if (next >= 0) state = next;
  }
  return states;
}

describe('TCP tracking', () => {
  const life: [string, Step[], string[]][] = [
    [
      'opens, and closes from the initiator',
      ['> SYN', '< SYNACK', '> ACK', '< ACK', '> FIN', '< ACK', '< FIN', '> ACK', '> ACK'],
      [
        'synSent',
        'synReceived',
        'established',
        'established',
        'finByInitiator',
        'finByInitiator',
        'lastAckByInitiator',
        'closed',
        'closed',
      ],
    ],
    [
      'closes from the responder, which may still receive',
      ['> SYN', '< SYNACK', '> ACK', '< FIN', '> ACK', '> FIN', '> ACK', '< ACK'],
      [
        'synSent',
        'synReceived',
        'established',
        'finByResponder',
        'finByResponder',
        'lastAckByResponder',
        'lastAckByResponder',
        'closed',
      ],
    ],
    [
      'takes retransmissions of every kind without moving on',
      ['> SYN', '> SYN', '< SYNACK', '< SYNACK', '> SYN', '> ACK', '< SYNACK', '> SYN', '> FIN', '> FIN'],
      [
        'synSent',
        'synSent',
        'synReceived',
        'synReceived',
        'synReceived',
        'established',
        'established',
        'established',
        'finByInitiator',
        'finByInitiator',
      ],
    ],
    [
      'opens from both sides at once',
      ['> SYN', '< SYN', '> SYNACK', '< SYNACK'],
      ['synSent', 'synReceived', 'established', 'established'],
    ],
    ['is refused by the responder', ['> SYN', '< RSTACK'], ['synSent', 'closed']],
    ['is given up by the initiator', ['> SYN', '< SYNACK', '> RST'], ['synSent', 'synReceived', 'closed']],
    [
      'is reset when established',
      ['> SYN', '< SYNACK', '> ACK', '< RST', '> ACK', '< RST'],
      ['synSent', 'synReceived', 'established', 'closed', 'closed', 'closed'],
    ],
    ['lets the answer of a half-open peer through', ['> SYN', '< ACK', '> RST'], ['synSent', 'synSent', 'closed']],
    ['starts anew after its end, from either side', ['> SYN', '< RST', '< SYN'], ['synSent', 'closed', 'REOPEN']],
    [
      'drops what comes before the answer to a SYN',
      ['> SYN', '> ACK', '> FIN', '> SYNACK', '< FIN'],
      ['synSent', 'DROP', 'DROP', 'DROP', 'DROP'],
    ],
  ];
  it.each(life)('%s', (_name, steps, states) => expect(follow(steps)).toEqual(states));

  it('starts with a SYN and with nothing else', () => {
    for (const [name, flags] of Object.entries(FLAGS)) {
      expect(nextState(STATE.none, flags, true)).toBe(name === 'SYN' ? STATE.synSent : DROP);
    }
  });

  it('knows segments by FIN, SYN, RST and ACK, whatever other flags say', () => {
    const valid = new Map<number, number>([
      [2, SEGMENT.syn],
      [18, SEGMENT.synAck],
      [16, SEGMENT.ack],
      [17, SEGMENT.fin],
      [4, SEGMENT.rst],
      [20, SEGMENT.rst],
    ]);
    for (let flags = 0; flags < 256; flags++) {
      expect(segmentOf(flags)).toBe(valid.get(flags & 0b10111) ?? SEGMENT.invalid);
    }
  });

  it('drops segments that no stack sends, in every state', () => {
    for (let state = 0; state <= STATE.closed; state++) {
      for (const flags of [0, 1, 3, 6, 7, 19, 21, 22, 23, 0x29]) {
        expect([nextState(state, flags, true), nextState(state, flags, false)]).toEqual([DROP, DROP]);
      }
    }
  });

  it('accepts in every later state what it accepted in an earlier one, so that replays keep their verdict', () => {
    const moves = Object.values(FLAGS).flatMap((flags) => [[flags, true] as const, [flags, false] as const]);
    const after = (state: number): Set<number> => {
      const seen = new Set<number>();
      const open = [state];
      for (let s = open.pop(); s !== undefined; s = open.pop()) {
        for (const [flags, side] of moves) {
          const next = nextState(s, flags, side);
          if (next < 0 || seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
      }
      return seen;
    };
    let checked = 0;
    for (let state = 0; state <= STATE.closed; state++) {
      for (const [flags, side] of moves) {
        const next = nextState(state, flags, side);
        if (next < 0) continue;
        for (const later of new Set([next, ...after(next)])) {
          expect([state, flags, side, later, nextState(later, flags, side) === DROP]).toEqual([
            state,
            flags,
            side,
            later,
            false,
          ]);
          checked++;
        }
      }
    }
    expect(checked).toBe(240);
    expect(nextState(STATE.closed, FLAGS.SYN, true)).toBe(REOPEN);
  });
});

describe('UDP tracking', () => {
  it('tells a question from a conversation', () => {
    expect(nextUdpState(STATE.none, true)).toBe(STATE.udpSent);
    expect(nextUdpState(STATE.udpSent, true)).toBe(STATE.udpSent);
    expect(nextUdpState(STATE.udpSent, false)).toBe(STATE.udpReplied);
    expect(nextUdpState(STATE.udpReplied, true)).toBe(STATE.udpReplied);
  });
});

describe('idle times', () => {
  it('follow the state', () => {
    const ms = timeoutTable({ tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
    const of = (name: StateName) => ms[STATE[name]];
    expect(['synSent', 'synReceived'].map((n) => of(n as StateName))).toEqual([25_000, 25_000]);
    expect(['established', 'finByInitiator', 'finByResponder'].map((n) => of(n as StateName))).toEqual([
      3_600_000, 3_600_000, 3_600_000,
    ]);
    expect(['lastAckByInitiator', 'lastAckByResponder', 'closed'].map((n) => of(n as StateName))).toEqual([
      20_000, 20_000, 20_000,
    ]);
    expect(['udpSent', 'udpReplied'].map((n) => of(n as StateName))).toEqual([40_000, 40_000]);
  });
});
