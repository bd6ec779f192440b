/** Files of the table of wrong inputs, by path. `good` ones are what the others are one step away from. */

const EXPERIMENT = (changed: { readonly [part: string]: string } = {}): string => `title: small
description: a small fabric
${changed['more'] ?? ''}method:
  - type: action
    name: panic
    provider: {type: ${changed['type'] ?? 'process'}, path: ${changed['path'] ?? 'rehearse'}, arguments: ${changed['arguments'] ?? "[fault, panic, '1_02']"}}
extensions:
  - name: rehearsal
    fabric: ${changed['fabric'] ?? 'fabrics/good.fabric.yaml'}
    warmUpSec: ${changed['warmUp'] ?? '1'}
    traffic: ${changed['traffic'] ?? '{connections: 20, packetsPerSec: 200, durationMs: 2000}'}
${changed['end'] ?? ''}`;

const FABRIC = (changed: { readonly [part: string]: string } = {}): string => `fabric: ${changed['name'] ?? 'small'}
profile: ${changed['profile'] ?? 'lossless'}
orchestrators: ${changed['orchestrators'] ?? '2'}
securityGroups:
  SG1:
    members: ${changed['members'] ?? '2'}
    release: ${changed['release'] ?? 'R81.20'}
${changed['group'] ?? ''}traffic: ${changed['traffic'] ?? '{connections: 20, packetsPerSec: 200}'}
settings: ${changed['settings'] ?? '{}'}
${changed['more'] ?? ''}`;

const HEAD = {
  runId: 'bent',
  startedAtMs: 0,
  machines: [],
  plan: { settings: { 'log.seenIds': true } },
};

export const WRONG_FILES: Readonly<Record<string, string>> = {
  'good.yaml': EXPERIMENT(),
  'empty.yaml': '',
  'no-yaml.yaml': 'title: [small\nmethod: }',
  'tab.yaml': 'title: small\n\tdescription: x\n',
  'twice.yaml': `title: small\n${EXPERIMENT()}`,
  'unknown-key.yaml': EXPERIMENT({ more: 'metod: []\n' }),
  'no-method.yaml': 'title: small\ndescription: x\n',
  'python.yaml': EXPERIMENT({ type: 'python' }),
  'other-command.yaml': EXPERIMENT({ path: 'reboot' }),
  'unknown-verb.yaml': EXPERIMENT({ arguments: '[falt, panic]' }),
  'other-verb.yaml': EXPERIMENT({ arguments: '[run, good.yaml]' }),
  'unknown-fault.yaml': EXPERIMENT({ arguments: "[fault, panik, '1_02']" }),
  'bare-id.yaml': EXPERIMENT({ arguments: '[fault, panic, 1_02]' }),
  'unclosed.yaml': EXPERIMENT({ arguments: '"fault panic \'1_02"' }),
  'budget.yaml': EXPERIMENT({ end: '    budget: {lossless: {packetLost: 1}}\n' }),
  'lost-fabric.yaml': EXPERIMENT({ fabric: 'fabrics/none.fabric.yaml' }),
  'warm-up.yaml': EXPERIMENT({ warmUp: '-1' }),
  'tolerance.yaml': EXPERIMENT({
    more: 'steady-state-hypothesis:\n  title: well\n  probes:\n    - {type: probe, name: n, tolerance: fine, provider: {type: process, path: rehearse, arguments: [probe, balanced]}}\n',
  }),
  'unknown-probe.yaml': EXPERIMENT({ arguments: '[probe, ballanced]' }),
  'missing-target.yaml': EXPERIMENT({ arguments: "[fault, panic, '1_09']" }),
  'rate.yaml': EXPERIMENT({ traffic: '{connections: 20, packetsPerSec: fast}' }),
  'services.yaml': EXPERIMENT({ traffic: '{connections: 20, packetsPerSec: 200, mix: {gopher: 1}}' }),
  'lost-capture.yaml': EXPERIMENT({ traffic: '{captures: [{file: none.pcap}]}' }),
  'lists.yaml': '- title\n- method\n',
  'binary.yaml': '\u0000\u0001\u0002',
  'text.pcap': 'this is no capture',
  'neither.yaml': 'apples: 3\n',
  'bad-rules.yaml': 'rules:\n  - {name: all, from: anywhere, action: maybe}\n',
  'schedule.json': '{"faults": "many"}',
  'a-file': 'not a folder',
  'no-captures/readme.txt': 'none here',
  'wrong-captures/text.pcap': 'this is no capture',
  'two/a.fabric.yaml': FABRIC(),
  'two/b.fabric.yaml': FABRIC(),
  'good.md': '# Steps\n\n```\nasg stat\n```\n\n## 2. Copy\n\n```\nls\n```\n',
  'prose.md': '# Steps\n\nLook at it.\n',
  'open.md': '# Steps\n\n```\nasg stat\n',
  'placeholder.md': '# Steps\n\n```\nasg stat\ng_cp_disable_member <sgm_id>\n```\n',
  'loop.md': '# Steps\n\n```\nwhile true; do g_clusterXL_admin -b 1_02 down; done\n```\n',
  'groups.md': '# Steps\n\n```\ng_cpconfig set standby -target_group B\n```\n',
  'traffic.yaml': 'traffic:\n  conections: 5\n',
  'fabrics/good.fabric.yaml': FABRIC(),
  'fabrics/empty.fabric.yaml': '',
  'fabrics/no-yaml.fabric.yaml': 'fabric: {',
  'fabrics/key.fabric.yaml': FABRIC({ more: 'orchestrator: 2\n' }),
  'fabrics/name.fabric.yaml': FABRIC({ name: 'My Fabric' }),
  'fabrics/profile.fabric.yaml': FABRIC({ profile: 'fast' }),
  'fabrics/orchestrators.fabric.yaml': FABRIC({ orchestrators: '3' }),
  'fabrics/no-members.fabric.yaml': FABRIC({ members: '0' }),
  'fabrics/many-members.fabric.yaml': FABRIC({ members: '40' }),
  'fabrics/model.fabric.yaml': FABRIC({ members: '[{count: 2, model: toaster}]' }),
  'fabrics/release.fabric.yaml': FABRIC({ release: 'latest' }),
  'fabrics/address.fabric.yaml': FABRIC({ group: '    address: 10.0.0.300\n' }),
  'fabrics/interface.fabric.yaml': FABRIC({
    group:
      '    interfaces: {inside: {address: 10.1.0.1/16, distribution: random}, outside: {address: 203.0.113.1/24}}\n',
  }),
  'fabrics/groups.fabric.yaml': FABRIC({ group: '    groups: {A: "1_01", B: "1_07"}\n' }),
  'fabrics/policy.fabric.yaml': FABRIC({ group: '    policy: none.yaml\n' }),
  'fabrics/setting.fabric.yaml': FABRIC({ settings: '{ccp.heartbeat: 100}' }),
  'fabrics/value.fabric.yaml': FABRIC({ settings: '{ccp.heartbeatMs: often}' }),
  'fabrics/mix.fabric.yaml': FABRIC({ traffic: '{mix: {https: 80}}' }),
  'fabrics/connections.fabric.yaml': FABRIC({ traffic: '{connections: -5}' }),
  'fabrics/lost-captures.fabric.yaml': FABRIC({ traffic: '{captures: [none.pcap]}' }),
  'runs-of-old/bent/run.json': '{"runId": "bent"',
  'runs-of-old/no-log/run.json': JSON.stringify({ ...HEAD, result: {} }),
  'runs-of-old/lived-in/run.json': JSON.stringify({ ...HEAD, world: 'processes', livedIn: true, result: {} }),
  'runs-of-old/lived-in/log.jsonl': '',
  'runs-of-old/lived-in/notes.jsonl': '',
  'runs-of-old/older/run.json': JSON.stringify({ ...HEAD, world: 'simulated', seed: 1, result: {} }),
  'runs-of-old/older/log.jsonl': '',
  'runs-of-old/older/notes.jsonl': '',
  'runs-of-old/no-losses/run.json': JSON.stringify({ ...HEAD, result: {} }),
  'runs-of-old/standing/lab.json': JSON.stringify({ ...HEAD, state: 'up' }),
  'runs-of-old/unsealed/lab.json': JSON.stringify({ ...HEAD, state: 'unsealed', why: 'its process (7) was gone' }),
};
