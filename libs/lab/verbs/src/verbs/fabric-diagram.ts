import type { FabricPlan, MemberPlan } from '@rehearsal/lab-port';

type Diagram = (plan: FabricPlan) => string;

/** An id of a diagram's language for an id of ours. */
const node = (kind: string, id: string): string => `${kind}_${id.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;

interface Part {
  readonly id: string;
  readonly label: string;
  readonly shape: 'box' | 'cylinder' | 'round';
}

interface Parts {
  readonly outside: Part;
  readonly orchestrators: readonly Part[];
  readonly members: readonly Part[];
  /** In no group, at the same orchestrators. */
  readonly spares: readonly Part[];
  readonly sync: Part;
  readonly bus: Part;
}

function applianceOf(kind: string, { id, model, cores }: MemberPlan): Part {
  return { id: node(kind, id), label: `${kind} ${id} (${model}, ${cores} cores)`, shape: 'box' };
}

function partsOf(plan: FabricPlan): Parts {
  return {
    outside: { id: 'outside', label: 'the outside world', shape: 'round' },
    orchestrators: plan.orchestrators.map((id) => ({
      id: node('orchestrator', id),
      label: `orchestrator ${id}`,
      shape: 'box',
    })),
    members: plan.securityGroup.members.map((m) => applianceOf('member', m)),
    spares: (plan.securityGroup.spares ?? []).map((s) => applianceOf('spare', s)),
    sync: { id: 'sync', label: 'sync', shape: 'box' },
    bus: { id: 'bus', label: 'bus and log', shape: 'cylinder' },
  };
}

/** A Mermaid flowchart: what packets go through, and where decisions are written. */
function mermaid(plan: FabricPlan): string {
  const { outside, orchestrators, members, spares, sync, bus } = partsOf(plan);
  const shapes = { box: ['[', ']'], cylinder: ['[(', ')]'], round: ['([', '])'] } as const;
  const show = ({ id, label, shape }: Part): string => `${id}${shapes[shape][0]}${quoted(label)}${shapes[shape][1]}`;
  const group = plan.securityGroup;
  return [
    'flowchart LR',
    `  ${show(outside)}`,
    `  subgraph fabric [${quoted(`fabric ${plan.fabric}, ${plan.profile}`)}]`,
    ...orchestrators.map((p) => `    ${show(p)}`),
    `    subgraph group [${quoted(`Security Group ${group.name}, ${group.release} take ${group.take}`)}]`,
    ...members.map((p) => `      ${show(p)}`),
    '    end',
    ...spares.map((p) => `    ${show(p)}`),
    `    ${show(sync)}`,
    `    ${show(bus)}`,
    '  end',
    ...orchestrators.map((o) => `  ${outside.id} <--> ${o.id}`),
    ...orchestrators.map((o) => `  ${o.id} <--> group`),
    ...orchestrators.flatMap((o) => spares.map((s) => `  ${o.id} --- ${s.id}`)),
    ...[...orchestrators, sync].map((p) => `  ${p.id} -.-> ${bus.id}`),
    `  group -.-> ${bus.id}`,
    '',
  ].join('\n');
}

/** The same for Graphviz. */
function dot(plan: FabricPlan): string {
  const { outside, orchestrators, members, spares, sync, bus } = partsOf(plan);
  const shapes = { box: 'box', cylinder: 'cylinder', round: 'ellipse' } as const;
  const show = ({ id, label, shape }: Part): string => `${id} [label=${quoted(label)}, shape=${shapes[shape]}];`;
  const group = plan.securityGroup;
  const lines = (ends: readonly Part[], to: readonly Part[], style: string): string[] =>
    ends.flatMap((a) => to.map((b) => `  ${a.id} -> ${b.id} [${style}];`));
  return [
    `digraph ${quoted(plan.fabric)} {`,
    '  rankdir=LR;',
    `  ${show(outside)}`,
    ...orchestrators.map((p) => `  ${show(p)}`),
    '  subgraph cluster_group {',
    `    label=${quoted(`Security Group ${group.name}, ${group.release} take ${group.take}`)};`,
    ...members.map((p) => `    ${show(p)}`),
    '  }',
    ...spares.map((p) => `  ${show(p)}`),
    `  ${show(sync)}`,
    `  ${show(bus)}`,
    ...lines([outside], orchestrators, 'dir=both'),
    ...lines(orchestrators, members, 'dir=both'),
    ...lines(orchestrators, spares, 'dir=none'),
    ...lines([...orchestrators, ...members, sync], [bus], 'style=dotted'),
    '}',
    '',
  ].join('\n');
}

/** A fabric in the languages of diagrams. */
export const diagramSources: Readonly<Record<'mermaid' | 'dot', Diagram>> = { mermaid, dot };
