import { dirname } from 'node:path';
import { DEFAULT_BLOCK, type Experiment } from '@rehearsal/experiment';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { FabricPlan } from '@rehearsal/lab-port';
import type { SetWords } from '../registry/verb.js';
import { checkGroups } from '../runbook/check-groups.js';
import { machinesOf } from '../runbook/machines.js';
import { planRunbook } from '../runbook/planned-commands.js';
import { RunbookProgram } from '../runbook/program.js';
import { withConductor } from '../runbook/with-conductor.js';
import type { AssessTraffic } from './assess-once.js';
import { planFor, readChecked } from '../verbs/start-run.js';

export interface ProcedureWords {
  readonly file: string;
  readonly fabric: string | undefined;
  /** So many of the fabric's; absent: all. */
  readonly members: number | undefined;
  readonly vars: readonly string[];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** How long it takes without a fault, where that is known: traffic lasts as long. */
  readonly lastsMs?: number;
}

/** What is gone through again and again; a runbook begins anew with each. */
export interface Procedure {
  readonly plan: FabricPlan;
  readonly traffic: AssessTraffic;
  experiment(): Experiment;
}

/** Ends that soon give up: one that lost its connection has to show it before the run is over. */
const RETRANSMIT = { firstMs: 1000, maxMs: 2000, giveUpAfter: 3 };
const TRAFFIC = { connections: 60, packetsPerSec: 60, mix: { https: 80, ssh: 20 }, retransmit: RETRANSMIT };
const FOR_MS = 60_000;
/** Of all connections together, in a procedure however long: what each run may cost. */
const MOST_PACKETS = 6_000;
/** As `runbook` waits by default: members are installed for longer than anything else takes. */
const SETTLE_SEC = 7200;

/** @throws LabError (bad input) */
export async function readProcedure(words: ProcedureWords, set: SetWords): Promise<Procedure> {
  return /\.(md|markdown)$/i.test(words.file) ? runbookProcedure(words, set) : experimentProcedure(words, set);
}

async function experimentProcedure({ file, members }: ProcedureWords, set: SetWords): Promise<Procedure> {
  const experiment = await readChecked(file);
  const plan = withMembers(planFor(experiment, set), members);
  const own = experiment.block.trafficSimulated ?? experiment.block.traffic;
  const durationMs = own?.durationMs ?? FOR_MS;
  // An experiment of hours sends less, and each of hundreds of ways would send more than it does.
  const packetsPerSec = Math.min(TRAFFIC.packetsPerSec, own?.packetsPerSec ?? TRAFFIC.packetsPerSec);
  return { plan, traffic: { ...TRAFFIC, packetsPerSec, durationMs }, experiment: () => experiment };
}

function runbookProcedure(words: ProcedureWords, set: SetWords): Procedure {
  const { file, fabric, members, vars, only, skip, lastsMs = FOR_MS } = words;
  const { planned } = planRunbook(file, { vars, only, skip });
  const loaded = loadFabric(fabric ?? findFabricFile(dirname(file)), {
    overrides: set.settings,
    ...(set.profile !== undefined && { profile: set.profile }),
  });
  const plan = withMembers(withConductor(loaded, planned), members);
  checkGroups(plan, planned, file);
  const options = {
    file,
    keepGoing: false,
    settleSec: SETTLE_SEC,
    fullName: 'Rehearsal operator',
    reason: 'assess',
    machines: machinesOf(plan),
  };
  const head = { path: file, hypothesis: [], method: [], rollbacks: [], locate: (path: string) => path };
  const described = { title: file, description: `The commands of ${file}.`, method: [] };
  return {
    plan,
    traffic: trafficFor(lastsMs),
    experiment: () => ({
      ...head,
      file: described,
      block: DEFAULT_BLOCK,
      next: new RunbookProgram(planned, options).next,
    }),
  };
}

/** Each connection sends now and then from the beginning to the end. */
function trafficFor(lastsMs: number): AssessTraffic {
  const durationMs = Math.max(FOR_MS, lastsMs);
  const packetsPerSec = Math.min(TRAFFIC.packetsPerSec, Math.ceil((MOST_PACKETS * 1000) / durationMs));
  return { ...TRAFFIC, packetsPerSec, durationMs };
}

/** The first members of a fabric, in two groups of equal size. @throws LabError (bad input) where it has fewer */
function withMembers(plan: FabricPlan, count: number | undefined): FabricPlan {
  const all = plan.securityGroup.members;
  if (count === undefined) return plan;
  if (all.length < count) {
    throw new LabError(
      'bad-input',
      `--members ${count}: this fabric has ${all.length}.`,
      'Name fewer, or another fabric.',
    );
  }
  if (all.length === count) return plan;
  const members = all.slice(0, count).map((m, i) => ({ ...m, group: i < Math.ceil(count / 2) ? 'A' : 'B' }));
  const kept = new Set(members.map((m) => m.id));
  return {
    ...plan,
    securityGroup: { ...plan.securityGroup, members },
    roles: plan.roles.filter((r) => r.role !== 'member' || kept.has(r.id)),
  };
}
