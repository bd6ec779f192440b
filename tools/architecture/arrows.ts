const domain = ['packets', 'policy', 'dataplane', 'security-group', 'hypersync', 'software', 'upgrade', 'traffic'];
const roles = ['orchestrator-role', 'member-role', 'sync-role', 'outside-world-role', 'upgrade-conductor-role'];
/** What runs on an appliance may know of its software. */
const role = [...domain, 'appliance', 'protocol', 'kernel'];

/**
 * Which package may import which, by the name after `@rehearsal/`. Dependencies point towards the kernel:
 * domain knows no role, a role knows no other role and no lab, and only the command line knows everything.
 */
export const mayImport: Record<string, readonly string[]> = {
  kernel: [],
  compiler: [],
  protocol: ['kernel'],
  bus: ['protocol', 'kernel'],
  service: ['compiler', 'bus', 'protocol', 'kernel'],

  packets: ['kernel'],
  policy: ['kernel'],
  dataplane: ['packets', 'policy', 'kernel'],
  'security-group': ['kernel'],
  hypersync: ['security-group', 'kernel'],
  software: ['kernel'],
  upgrade: ['software', 'kernel'],
  traffic: ['packets', 'kernel'],

  appliance: ['software', 'kernel'],
  'orchestrator-role': role,
  'member-role': role,
  'sync-role': role,
  'outside-world-role': role,
  'upgrade-conductor-role': role,

  'lab-port': ['protocol', 'kernel'],
  fabric: ['lab-port', 'protocol', 'kernel'],
  simulator: ['lab-port', 'fabric', 'traffic', ...roles, 'protocol', 'kernel'],
  processes: ['lab-port', 'fabric', 'bus', 'protocol', 'kernel'],
  experiment: ['lab-port', 'fabric', 'traffic', 'protocol', 'kernel'],
  report: ['lab-port', 'hypersync', 'security-group', 'software', 'upgrade', 'traffic', 'kernel'],
  audit: ['kernel'],
  flows: ['dataplane', 'kernel'],
  replay: ['kernel'],
  outlet: ['kernel'],
  archive: ['audit', 'flows', 'outlet', 'replay', 'bus', 'protocol', 'kernel'],
  whatif: ['replay', 'kernel'],
  operator: ['replay', 'lab-port', 'security-group', 'software', 'hypersync', 'kernel'],
  runbook: ['lab-port', 'security-group', 'software', 'kernel'],
  verbs: [
    'audit',
    'experiment',
    'fabric',
    'flows',
    'operator',
    'replay',
    'report',
    'runbook',
    'software',
    'whatif',
    'lab-port',
    'traffic',
    'packets',
    'protocol',
    'kernel',
  ],

  'app-orchestrator': ['orchestrator-role', 'service', 'kernel'],
  'app-sgm': ['member-role', 'service', 'kernel'],
  'app-upgrade': ['upgrade-conductor-role', 'service', 'kernel'],
  'app-sync': ['sync-role', 'service', 'kernel'],
  'app-archive': ['archive', 'outlet', 'service', 'protocol', 'kernel'],
  'app-traffic': ['outside-world-role', 'service', 'kernel'],
};

/** Faces beside `.` of what the command needs before anything else, without all the rest of a package. */
export const quickFaces: Record<string, readonly string[]> = {
  bus: ['tracing'],
  kernel: ['commit-codec', 'nearest-name', 'settings', 'settings-error'],
  'security-group': ['fold'],
  hypersync: ['fold'],
  software: ['fold'],
  'lab-port': ['faults', 'lab-error', 'plain-words', 'process-book', 'target'],
  experiment: ['run-folder'],
  report: ['words'],
  verbs: ['client', 'carry-out', 'terminal'],
};

/** The package that composes all others, and so may import any but an app. */
export const composer = 'cli';
