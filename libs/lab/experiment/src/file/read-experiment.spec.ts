import { describe, expect, it } from '@jest/globals';
import { FileError, problemText } from '@rehearsal/fabric';
import { readExperiment, type CheckCommand } from './read-experiment.js';

const GOOD = `title: A member panics
description: Its slots go to their backups.
steady-state-hypothesis:
  title: Everyone is there
  probes:
    - type: probe
      name: four active
      tolerance: 0
      provider: {type: process, path: rehearse, arguments: [probe, members-active, --equals, 4]}
method:
  - type: action
    name: panic
    pauses: {after: 3}
    provider: {type: process, path: ./rehearse, arguments: 'fault panic "1_03"'}
extensions:
  - name: rehearsal
    budget: {lossless: {packetsLost: 0}}
`;

function problemsOf(text: string, check?: CheckCommand): string[] {
  try {
    readExperiment(text, 'x.yaml', check);
  } catch (error) {
    if (error instanceof FileError) return error.problems.map(problemText);
    throw error;
  }
  return [];
}

describe('an experiment file', () => {
  it('is read into steps with the words of their command lines', () => {
    const experiment = readExperiment(GOOD, '/lab/x.yaml');
    expect(experiment.hypothesis.map((s) => s.argv)).toEqual([['probe', 'members-active', '--equals', '4']]);
    expect(experiment.method.map((s) => s.argv)).toEqual([['fault', 'panic', '1_03']]);
    expect(experiment.rollbacks).toEqual([]);
    expect(experiment.block.budget).toEqual({ lossless: { packetsLost: 0 } });
    expect(experiment.block.warmUpSec).toBe(2);
    expect(experiment.locate('../a')).toBe('/a');
  });

  it('may be JSON, and may have blocks of others under extensions', () => {
    const json = JSON.stringify({ title: 't', description: 'd', method: [], extensions: [{ name: 'reliably', x: 1 }] });
    expect(readExperiment(json, 'x.json').block.name).toBe('rehearsal');
  });

  it('refuses an id without quotes, and says where', () => {
    const text = GOOD.replace(`'fault panic "1_03"'`, '[fault, panic, 1_03]');
    expect(problemsOf(text)).toEqual([
      'x.yaml:14:75: The id 1_03 has no quotes, and other readers of YAML take it for the number 103. Write "1_03".',
    ]);
  });

  it("refuses an id that is a number, but not an option's value", () => {
    const text = GOOD.replace(`'fault panic "1_03"'`, '[fault, panic, 103]');
    expect(problemsOf(text)).toEqual([
      'x.yaml:14:75: An id is text, and 103 is a number. Write it as the vendor does and in quotes: "1_03".',
    ]);
  });

  it('names an unknown key and the nearest known one', () => {
    expect(problemsOf(GOOD.replace('method:', 'methods:'))).toContain(
      "x.yaml:10:1: Unknown key 'methods'. Did you mean 'method'?",
    );
  });

  it('refuses providers that only the Chaos Toolkit has', () => {
    const text = GOOD.replace('type: process, path: rehearse', 'type: http, path: rehearse');
    expect(problemsOf(text)[0]).toMatch(/^x\.yaml:9:18: .*only process providers are run here/);
  });

  it('asks whether each command line is one, and passes on what is wrong', () => {
    const check: CheckCommand = (argv) =>
      argv[0] === 'fault' ? { message: 'No such fault.', remedy: 'Choose another.' } : undefined;
    expect(problemsOf(GOOD, check)).toEqual(['x.yaml:14:49: No such fault. Choose another.']);
  });
});
