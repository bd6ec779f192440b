import { boxRow } from '../text/box.js';
import { lines, type Line } from '../text/line.js';
import { isUp, type FabricView, type MemberView } from '../view/fabric-view.js';
import { policyDue } from '../view/policies.js';
import { portIsUp } from './asg-stat.js';

const WIDTH = 80;
const RULE = '-'.repeat(WIDTH);
/** A processor or a leaking memory above this is a failed test (fidelity: F-ASG-DIAG). */
const BUSY_PERCENT = 80;
/** A member may be so far from its share of the slots, in parts of a thousand of all of them. */
const UNEVEN_PER_MILLE = 50;

interface Test {
  readonly section: string;
  readonly title: string;
  /** What is wrong, a short reason with its particulars each; null: nobody can say at this moment. */
  check(view: FabricView): readonly { readonly reason: string; readonly detail: string }[] | null;
}

type Findings = readonly { readonly reason: string; readonly detail: string }[];
const each = (reason: string, details: readonly string[]): Findings => details.map((detail) => ({ reason, detail }));

/** What several members should have alike, and have not. */
function oneOf(reason: string, members: readonly MemberView[], of: (member: MemberView) => string): Findings {
  if (new Set(members.map(of)).size <= 1) return [];
  return each(
    reason,
    members.map((m) => `${m.id} runs ${of(m)}`),
  );
}

/** Those of the vendor's tests that this lab has a source for. */
const TESTS: readonly Test[] = [
  {
    section: 'System Components',
    title: 'System Health',
    check: (view) => [
      ...each(
        'SGMs are down',
        view.members.filter((m) => !isUp(m)).map((m) => `${m.id} is ${m.state}`),
      ),
      ...each(
        'Orchestrators are down',
        view.orchestrators.filter((o) => o.state !== 'ACTIVE').map((o) => `${o.id} is ${o.state}`),
      ),
    ],
  },
  {
    section: 'System Components',
    title: 'Resources',
    check: (view) =>
      view.members.every((m) => m.cpuPercent === null && m.memory === null)
        ? null
        : [
            ...each(
              'Memory capacity',
              view.members
                .filter((m) => m.memory !== null && m.memory.usedKb * 100 >= m.memory.limitKb * BUSY_PERCENT)
                .map((m) => `${m.id} uses ${m.memory?.usedKb} of ${m.memory?.limitKb} KB`),
            ),
            ...each(
              'CPU load',
              view.members
                .filter((m) => (m.cpuPercent ?? 0) > BUSY_PERCENT)
                .map((m) => `${m.id} uses ${m.cpuPercent} %`),
            ),
          ],
  },
  {
    section: 'System Components',
    title: 'Software Versions',
    check: ({ members }) => oneOf('Releases differ', members, (m) => m.release),
  },
  {
    section: 'System Components',
    title: 'Installation',
    check: ({ members, software }) => [
      ...oneOf('Takes differ', members, (m) => `${m.release} take ${m.take}`),
      ...each(
        'Work failed',
        (software?.appliances ?? []).filter((a) => a.failure !== '').map((a) => `${a.id}: ${a.failure}`),
      ),
    ],
  },
  {
    section: 'Policy and Configuration',
    title: 'Distribution Mode',
    check: (view) => {
      const tables = view.orchestrators.filter((o) => o.tableHash !== null);
      if (tables.length === 0) return null;
      const first = tables[0]?.tableHash;
      const { changingTo } = view.group;
      return [
        ...each('Distribution changes', changingTo === '' ? [] : [`to ${changingTo}: packets wait meanwhile`]),
        ...each(
          'Tables differ',
          tables.filter((o) => o.tableHash !== first).map((o) => `${o.id} acts on version ${o.tableVersion}`),
        ),
      ];
    },
  },
  {
    section: 'Policy and Configuration',
    title: 'DXL Balance',
    check: (view) => {
      const up = view.members.filter(isUp);
      const weights = up.reduce((sum, m) => sum + m.weight, 0);
      if (weights === 0 || view.slots.total === 0) return [];
      const off = up.filter(
        (m) => Math.abs(m.slots.active / view.slots.total - m.weight / weights) * 1000 > UNEVEN_PER_MILLE,
      );
      return [
        ...each(
          'Uneven share',
          off.map((m) => `${m.id} serves ${m.slots.active} of ${view.slots.total} slots`),
        ),
        ...each('No backup', view.slots.exposed === 0 ? [] : [`${view.slots.exposed} slots have no backup`]),
      ];
    },
  },
  {
    section: 'Policy and Configuration',
    title: 'Policy',
    check: (view) => {
      const known = view.members.filter((m) => isUp(m) && m.policy !== null);
      if (known.length === 0) return null;
      return each(
        'Policy differs',
        known
          .filter((m) => m.policy?.hash !== policyDue(view, m))
          .map((m) => `${m.id} has ${m.policy?.hash.slice(0, 12)}`),
      );
    },
  },
  {
    section: 'Policy and Configuration',
    title: 'Configuration File',
    check: (view) =>
      view.members.every((m) => m.configurationDiffers === null)
        ? null
        : each(
            'Differs from the SMO',
            view.members
              .filter((m) => (m.configurationDiffers?.length ?? 0) > 0)
              .map((m) => `${m.id}: ${m.configurationDiffers?.join(', ')}`),
          ),
  },
  {
    section: 'Networking',
    title: 'Interfaces',
    check: (view) =>
      each(
        'Ports are down',
        view.group.interfaces.flatMap((i) => i.ports).filter((port) => !portIsUp(view, port)),
      ),
  },
  {
    section: 'Misc',
    title: 'Processes',
    check: (view) =>
      view.members.every((m) => m.process === 'unknown')
        ? null
        : each(
            'Not running',
            [...view.members, ...view.orchestrators]
              .filter((p) => p.process !== 'running')
              .map((p) => `${p.id} is ${p.process}`),
          ),
  },
];

export const DIAG_TESTS: readonly string[] = TESTS.map((t) => t.title);

const row = (id: string, title: string, result: string, reason: string): string =>
  boxRow(`${id.padEnd(2)} | ${title.padEnd(22)} | ${result.padEnd(11)} | ${reason.padEnd(32)}`, WIDTH);

/** `asg diag list`, `smo verifiers list` */
export function diagList(): Line[] {
  return lines(
    'recalled',
    RULE,
    boxRow(`${'ID'.padEnd(2)} | Title`, WIDTH),
    RULE,
    ...sectioned((_test, id) => boxRow(`${String(id).padEnd(2)} | ${TESTS[id - 1]?.title}`, WIDTH)),
    RULE,
  );
}

function sectioned(of: (test: Test, id: number) => string): string[] {
  return TESTS.flatMap((test, i) => {
    const isFirst = TESTS[i - 1]?.section !== test.section;
    return [...(isFirst ? [boxRow(test.section, WIDTH)] : []), of(test, i + 1)];
  });
}

/** `asg diag verify`, `smo verifiers run`: the whole block is recalled (fidelity: F-ASG-DIAG). */
export function diagVerify(view: FabricView, command: string): Line[] {
  const found = TESTS.map((test) => test.check(view));
  const failed = found.flatMap((f, i) => (f !== null && f.length > 0 ? [i + 1] : []));
  const passed = found.filter((f) => f !== null && f.length === 0).length;
  const rows = sectioned((test, id) => {
    const findings = found[id - 1];
    if (findings === null || findings === undefined) return row(String(id), test.title, 'N/A', '');
    if (findings.length === 0) return row(String(id), test.title, 'Passed', '');
    const reasons = [...new Set(findings.map((f) => f.reason))].map((reason, i) => `(${i + 1})${reason}`);
    return row(String(id), test.title, 'Failed (!)', reasons.join(' '));
  });
  return lines(
    'recalled',
    RULE,
    boxRow('Tests Status', WIDTH),
    RULE,
    row('ID', 'Title', 'Result', 'Reason'),
    RULE,
    ...rows,
    RULE,
    boxRow('Tests Summary', WIDTH),
    RULE,
    boxRow(`Passed: ${passed}/${TESTS.length} tests`, WIDTH),
    ...(failed.length === 0
      ? []
      : [boxRow(`Run: "${command} print ${failed.join(',')}" to view a complete list of failed tests`, WIDTH)]),
    boxRow('Output file: N/A', WIDTH),
    RULE,
  );
}

/** `asg diag print IDS`: each finding of these tests; without ids, of all that failed. */
export function diagPrint(view: FabricView, ids: readonly number[]): Line[] {
  const wanted = ids.length > 0 ? ids : TESTS.map((_, i) => i + 1);
  const page: string[] = [];
  for (const id of wanted) {
    const test = TESTS[id - 1];
    if (test === undefined) continue;
    const findings = test.check(view);
    if (ids.length === 0 && (findings === null || findings.length === 0)) continue;
    page.push(RULE, boxRow(`${id} | ${test.title}`, WIDTH), RULE);
    if (findings === null) page.push(boxRow('N/A', WIDTH));
    else if (findings.length === 0) page.push(boxRow('Passed', WIDTH));
    else for (const { reason, detail } of findings) page.push(boxRow(`${reason}: ${detail}`, WIDTH));
  }
  if (page.length > 0) page.push(RULE);
  return page.length > 0 ? lines('recalled', ...page) : lines('recalled', 'All tests passed.');
}
