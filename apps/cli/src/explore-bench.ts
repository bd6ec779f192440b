import type { ExploreBench, FabricChanges, LogFacts, Weather } from '@rehearsal/experiment';
import { openFabric } from '@rehearsal/fabric';
import { parseCommit } from '@rehearsal/kernel';
import type { FabricPlan, RunRecord } from '@rehearsal/lab-port';
import { linesOf, verifyRun } from '@rehearsal/replay';
import { securityGroup, type SecurityGroupEvent } from '@rehearsal/security-group';
import { SimLab } from '@rehearsal/simulator';
import type { SetWords } from '@rehearsal/verbs';
import { roleFactories } from './labs.js';
import { MACHINES } from './machines.js';
import { Placing } from './placing.js';
import { Spreads } from './spreads.js';

const BUILD = 'explored';
/** Tables are laid out when a process starts; explored fabrics start often, and have few connections and packets. */
const SMALL_TABLES = { 'table.connectionsPerMember': 4096, 'hold.maxPackets': 8192, 'dist.slots': 256 };

/** Explores one fabric file in the simulator, with settings of the command line. */
export function createExploreBench(fabric: string, set: SetWords): ExploreBench {
  const profile = set.profile ?? 'lossless';
  const planned = openFabric(fabric);
  return {
    planWith: (settings, changes) =>
      changed(planned({ profile, overrides: { ...SMALL_TABLES, ...settings, ...set.settings } }), changes),
    makeLab: (plan, schedule) =>
      new SimLab({
        plan,
        seed: schedule.seed,
        build: BUILD,
        options: schedule.weather as Weather,
        factories: roleFactories(plan, BUILD),
      }),
    readLog,
    redecide(record) {
      const lines = linesOf([new TextEncoder().encode(`${record.log.join('\n')}\n`)]);
      const { seal, settings } = record;
      const result = verifyRun({ lines, seal, machines: MACHINES, seenIds: settings['log.seenIds'] });
      return [...result.tampered, ...result.differences].map(
        (p) => `${p.stream}:${p.version}: ${p.fault}: expected ${p.expected}, saw ${p.seen}`,
      );
    },
  };
}

/** The fabric as a seed has it: what it does not change stays as the file says. */
function changed(plan: FabricPlan, { modes, hide, accepts }: FabricChanges = {}): FabricPlan {
  const { interfaces } = plan.securityGroup;
  const spread = interfaces.map((each) => {
    const distribution = modes?.[each.name === 'inside' ? 0 : 1];
    return distribution === undefined ? each : { ...each, distribution };
  });
  const rulebase =
    accepts === undefined ? plan.policy : { rules: [{ name: 'drawn', service: accepts, action: 'accept' }] };
  const outside = interfaces.find((each) => each.name === 'outside')!.address.split('/')[0];
  const policy =
    hide === true ? { ...(rulebase as object), nat: { hide: [{ source: 'any', behind: outside }] } } : rulebase;
  return { ...plan, securityGroup: { ...plan.securityGroup, interfaces: spread }, policy };
}

/** What a log says about losses, and what it reached. Commits themselves say what the clock of their decider showed. */
function readLog(record: RunRecord, storedAtMs: readonly number[]): LogFacts {
  const orphaned: { slot: number; atMs: number }[] = [];
  const losses: { member: string; reason: string; by: string; atMs: number }[] = [];
  const events: Record<string, number> = {};
  const spreads = new Spreads(record.plan);
  const refusals: Record<string, number> = {};
  for (const [at, line] of record.log.entries()) {
    const commit = parseCommit(line);
    const atMs = storedAtMs[at]!;
    for (const event of commit.events as readonly { readonly type: string; readonly reason?: unknown }[]) {
      events[event.type] = (events[event.type] ?? 0) + 1;
      if (/(Refused|Ignored)$/.test(event.type)) {
        const reason = `${event.type}: ${plainReason(String(event.reason))}`;
        refusals[reason] = (refusals[reason] ?? 0) + 1;
      }
      if (!commit.stream.startsWith(`${securityGroup.kind}.`)) continue;
      const change = event as SecurityGroupEvent;
      spreads.take(change, atMs);
      if (change.type === 'MemberLost') {
        const by = commit.principal.name.replace('.', ' ');
        losses.push({ member: change.member, reason: change.reason, by, atMs });
      }
      if (change.type !== 'SlotsOrphaned') continue;
      for (const [, ...slots] of change.to) for (const slot of slots) orphaned.push({ slot, atMs });
    }
  }
  const placing = new Placing(record.plan, record.settings, spreads.all);
  return { orphaned, losses, events, refusals, placeOf: (row, parent) => placing.placeOf(row, parent) };
}

/** The reason without the names and numbers of its case. */
function plainReason(reason: string): string {
  return reason.replaceAll(/\d+(_\d+)?/g, '#');
}
