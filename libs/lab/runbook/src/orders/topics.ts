export type Topic =
  | 'cloning'
  | 'backup'
  | 'takes'
  | 'members'
  | 'policy'
  | 'capacity'
  | 'redundancy'
  | 'rollback'
  | 'window'
  | 'notify'
  | 'verify'
  | 'traffic';

interface TopicRow {
  readonly topic: Topic;
  readonly words: RegExp;
  /** Commands that do something about it; none where people do it. */
  readonly commands: readonly RegExp[];
}

const STATE = [/\basg (stat|monitor|diag)\b/, /\bshow cluster info\b/, /\bcphaprob\b.*\b(state|stat)\b/];

/** What orders are about, in the order that `about` names it. */
export const TOPICS: readonly TopicRow[] = [
  { topic: 'cloning', words: /\bauto-?\s?clon\w*|\bclon(e|es|ed|ing)\b/i, commands: [/\bimage auto-clone\b/] },
  {
    topic: 'backup',
    words: /\bback(ed|ing)?[ -]?ups?\b|\bsnapshots?\b/i,
    commands: [/\basg_config_backup\b/, /\badd (backup|snapshot)\b/, /\bmigrate(_server)? export\b/],
  },
  {
    topic: 'takes',
    words:
      /\bjumbo\b|\bhot-?fix(es)?\b|\btakes(?= (match|are|must|differ|of)|\W*$)|\b(the|same|this|recommended|latest|jumbo|each|every|one|a|which|their) take\b(?! (a|an|the)\b)|\btake \d+|\bversions?\b|\bbuilds? (number)?/i,
    commands: [
      /\binstalled_jumbo_take\b/,
      /\bcpinfo -y(?: all)?\b/,
      /\bshow installer packages?\b/,
      /\bfw ver\b/,
      /\bshow version\b/,
    ],
  },
  {
    topic: 'members',
    words: /\bmembers?\b|\bsgms?\b|\bgateways?\b|\bappliances?\b|\bnodes?\b|\bblades?\b/i,
    commands: STATE,
  },
  {
    topic: 'policy',
    words: /\bpolic(y|ies)\b/i,
    commands: [/\basg_policy\b/, /\bfw stat\b/, /\bfw fetch\b/, /\bmgmt_cli\b.*\binstall-policy\b/],
  },
  {
    topic: 'capacity',
    words: /\bcapacity\b|\bheadroom\b|\bload\b|\butili[sz]ation\b|\bdisk space\b|\bfree space\b|\bcpu\b/i,
    commands: [/\basg perf\b/, /\bcpview\b/, /\basg_conns\b/, /\bdf\b/, /\basg resource\b/, /\btop\b/],
  },
  {
    topic: 'redundancy',
    words:
      /\bredundan\w+|\bfail-?\s?over\w*|\bfailing over\b|\bstandby\b|\bsync(hroni[sz]\w+|ed)?\b|\bsmo\b.*\bmoves?\b/i,
    commands: [...STATE, /\bcphaprob\b.*\b(syncstat|show_failover)\b/, /\b(clusterXL_admin|sgm_admin)\b/],
  },
  {
    topic: 'rollback',
    words: /\broll(ed|ing)?[ -]?back\b|\bback-?out\b|\brevert\w*|\bfall ?back\b/i,
    commands: [
      /\badd (snapshot|backup)\b/,
      /\bset snapshot revert\b/,
      /\bset backup restore\b/,
      /\binstaller uninstall\b/,
    ],
  },
  { topic: 'window', words: /\bwindow\b|\boff-?peak\b|\bbusiness hours\b|\bchange (request|freeze)\b/i, commands: [] },
  {
    topic: 'notify',
    words:
      /\bnotif\w+|\binform\b|\btell\b|\bannounce\b|\bcontact\b|\bescalate\b|\bcall\b|\bstakeholders?\b|\bapprov\w+/i,
    commands: [],
  },
  {
    topic: 'verify',
    words: /\bverif\w+|\bchecks?\b|\bconfirm\w*|\bmake sure\b|\bbe sure\b|\bensure\b|\bvalidate\b|\bcompare\b/i,
    commands: [/\b(show|stat|state|verify|list|diag|monitor|cpinfo|perf|conns|ver|cphaprob|cpview|grep|status)\b/],
  },
  {
    topic: 'traffic',
    words: /\btraffic\b|\bpackets?\b|\bconnections?\b|\bthroughput\b/i,
    commands: [/\basg (perf|search)\b/, /\basg_conns\b/, /\bping\b/, /\btcpdump\b/, /\bfw (monitor|ctl|tab)\b/],
  },
];

const IN_STEP = /\b(same|identical|match\w*|equal|differ\w*|mix\w*|consistent)\b/i;
const ALIVE =
  /\b(active|up|healthy|down|state|stat(us)?|running|alive|one (by|at a|after)|at the same time|lost|fail\w*)\b/i;
const ALWAYS_SAFETY: ReadonlySet<Topic> = new Set([
  'cloning',
  'backup',
  'redundancy',
  'capacity',
  'rollback',
  'policy',
]);

/** Whether what an order is about keeps a fabric safe: one that is not followed can cost connections, or the way back. */
export function isSafety(text: string, about: readonly Topic[]): boolean {
  return about.some(
    (topic) =>
      ALWAYS_SAFETY.has(topic) ||
      (topic === 'takes' && IN_STEP.test(text)) ||
      (topic === 'members' && ALIVE.test(text)),
  );
}

export const topicsOf = (text: string): Topic[] => TOPICS.filter((row) => row.words.test(text)).map((row) => row.topic);
