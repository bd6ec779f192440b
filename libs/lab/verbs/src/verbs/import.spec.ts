import { describe, expect, it } from '@jest/globals';
import { LabError } from '@rehearsal/lab-port';
import { importFabric } from './import.js';

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
