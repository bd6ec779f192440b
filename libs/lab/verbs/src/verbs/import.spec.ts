import { describe, expect, it } from '@jest/globals';
import { LabError } from '@rehearsal/lab-port';
import { importFabric } from './import.js';
import { readMoment } from './at.js';

const STAT = `| System Status - Maestro |
| Version                       | R81.20 (Build Number 710) |
| SGM ID                        Chassis 1 |
${Array.from({ length: 14 }, (_, i) => `| ${i + 1}                             ACTIVE |`).join('\n')}
`;

describe('import', () => {
  it('makes a fabric file that can be planned', () => {
    const { draft, kinds } = importFabric([{ file: 'stat.txt', text: STAT }], 'branch');
    expect(kinds).toEqual(['asg stat']);
    expect(draft.yaml).toContain('fabric: branch\n');
    expect(draft.yaml).toContain('{count: 14, model: "16200"}');
  });

  it('names the place and the remedy of what cannot be read', () => {
    const read = (): unknown => importFabric([{ file: 'p.txt', text: 'nothing' }], undefined);
    expect(read).toThrow(LabError);
    expect(read).toThrow(/^p\.txt:1: It is none of the outputs that can be read\. Paste asg stat -v/);
  });
});

describe('the moment of at', () => {
  const head = {
    startedAtMs: 1000,
    endedAtMs: 11_000,
    faults: [{ atMs: 4000, fault: 'panic', target: 'x', detail: {} }],
  };

  it.each([
    ['2.5s', 3500],
    ['2500ms', 3500],
    ['2.5', 3500],
    ['0.1m', 7000],
    ['fault', 4000],
    ['fault+0.3s', 4300],
    ['fault-1s', 3000],
    ['end', 11_000],
    ['end-1s', 10_000],
  ])('reads %s', (text, atMs) => {
    expect(readMoment(text, head)).toBe(atMs);
  });

  it.each(['', 'x', '12s', 'fault+', 'fault3', '-1s', 'end+1s'])('refuses %j', (text) => {
    expect(() => readMoment(text, head)).toThrow(LabError);
  });
});
