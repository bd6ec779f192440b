import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  loadExperiment,
  runExperiment,
  type Experiment,
  type NegativeControl,
  type RunResult,
  type Workbench,
} from '@rehearsal/experiment';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import { performerOn, readSet, type Services } from '@rehearsal/verbs';
import { readHistory } from './history.js';
import { makeSimulatedLab } from './labs.js';

const FOLDER = fileURLToPath(new URL('../../../examples/experiments', import.meta.url));
const RUNS = mkdtempSync(join(tmpdir(), 'rehearsal-examples-'));
const MAY_TAKE_MS = 120_000;

afterAll(() => rmSync(RUNS, { recursive: true, force: true }));

const context = { services: {} as Services, set: readSet([]), runsFolder: RUNS, say: () => {} };

const bench: Workbench = {
  makeLab: async (request) => makeSimulatedLab(request, 'spec'),
  readHistory,
  machineCode: () => ({ build: 'spec', entries: [], files: {} }),
  simulationWord: () => 'spec',
  performer: (lab, beforeFault) => performerOn({ lab, name: 'spec', run: 'spec', beforeFault }, context),
  announce: async () => async () => {},
  node: 'spec',
};

async function simulated(
  experiment: Experiment,
  control: NegativeControl,
  settings: NegativeControl['settings'],
): Promise<RunResult> {
  const { block } = experiment;
  const path = block.fabric === undefined ? findFabricFile(dirname(experiment.path)) : experiment.locate(block.fabric);
  const overrides = { ...block.settings, ...settings };
  const plan = loadFabric(path, { overrides, profile: control.profile });
  return runExperiment(
    {
      experiment,
      plan,
      world: 'simulated',
      seed: control.seed,
      runsFolder: RUNS,
      runId: 'spec',
      keep: false,
      say: () => {},
    },
    bench,
  );
}

/** Every example with a control. */
const controlled = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, experiment: loadExperiment(join(FOLDER, name)) }))
  .flatMap(({ name, experiment }) => {
    const { negativeControl } = experiment.block;
    return negativeControl === undefined ? [] : [{ name, experiment, control: negativeControl }];
  });

describe('an example that names a negative control passes as it is, and fails with the control', () => {
  it.each(controlled)(
    '$name: $control.about',
    async ({ experiment, control }) => {
      const asItIs = await simulated(experiment, control, {});
      expect([asItIs.verdict, asItIs.reasons]).toEqual(['pass', []]);
      const changed = await simulated(experiment, control, control.settings).catch((error: unknown) => {
        // An invariant that breaks ends the run: that is a failure, too.
        return { verdict: 'fail', reasons: [error instanceof Error ? error.message : String(error)] };
      });
      expect(changed.verdict).toBe('fail');
      expect(changed.reasons.join('\n')).toMatch(new RegExp(control.expect));
    },
    MAY_TAKE_MS,
  );
});
