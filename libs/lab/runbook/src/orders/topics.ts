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
  | 'traffic'
  | 'applications'
  | 'install';

export interface TopicRow {
  readonly topic: Topic;
  readonly words: RegExp;
  /** Commands that show how it is. */
  readonly looks: readonly RegExp[];
  /** Commands that bring it about. */
  readonly acts: readonly RegExp[];
}

const STATE = [/\basg (stat|monitor|diag)\b/, /\bshow cluster info\b/, /\bcphaprob\b.*\b(state|stat)\b/];

/** What orders are about, in the order that `about` names it. */
export const TOPICS: readonly TopicRow[] = [
  {
    topic: 'cloning',
    words: /\bauto-?\s?clon\w*|\bclon(e|es|ed|ing)\b/i,
    looks: [/\bshow\b.*\bimage auto-clone\b/],
    acts: [/\bset\b.*\bimage auto-clone\b/],
  },
  {
    topic: 'backup',
    words: /\bback(ed|ing)?[ -]?ups?\b|\bsnapshots?\b/i,
    looks: [/\bshow (backups?|snapshots?)\b/],
    acts: [/\basg_config_backup\b/, /\badd (backup|snapshot)\b/, /\bmigrate(_server)? export\b/],
  },
  {
    topic: 'takes',
    words:
      /\bjumbo\b|\bhot-?fix(es)?\b|\btakes(?= (match|are|must|differ|of)|\W*$)|\b(the|same|this|recommended|latest|jumbo|each|every|one|a|which|their) take\b(?! (a|an|the)\b)|\btake \d+|\bversions?\b|\bbuilds? (number)?/i,
    looks: [
      /\binstalled_jumbo_take\b/,
      /\bcpinfo -y(?: all)?\b/,
      /\bshow installer packages?\b/,
      /\bfw ver\b/,
      /\bshow version\b/,
    ],
    acts: [],
  },
  {
    topic: 'members',
    words: /\bmembers?\b|\bsgms?\b|\bgateways?\b|\bappliances?\b|\bnodes?\b|\bblades?\b/i,
    looks: STATE,
    acts: [],
  },
  {
    topic: 'policy',
    words: /\bpolic(y|ies)\b/i,
    looks: [/\basg_policy verify\b/, /\bfw stat\b/],
    acts: [/\bfw fetch\b/, /\bmgmt_cli\b.*\binstall-policy\b/],
  },
  {
    topic: 'capacity',
    words: /\bcapacity\b|\bheadroom\b|\bload\b|\butili[sz]ation\b|\bdisk space\b|\bfree space\b|\bcpu\b/i,
    acts: [],
    looks: [/\basg perf\b/, /\bcpview\b/, /\basg_conns\b/, /\bdf\b/, /\basg resource\b/, /\btop\b/],
  },
  {
    topic: 'redundancy',
    words:
      /\bredundan\w+|\bfail-?\s?over\w*|\bfailing over\b|\bstandby\b|\bsync(hroni[sz]\w+|ed)?\b|\b(both|two|several) (sites|members|sgms|orchestrators|mhos)\b|\bone (\w+ )?(by one|at a time|after (the|another))\b|\bat the same time\b/i,
    looks: [...STATE, /\bcphaprob\b.*\b(syncstat|show_failover)\b/],
    acts: [/clusterXL_admin\b/, /\bsgm_admin\b/],
  },
  {
    topic: 'rollback',
    words: /\broll(ed|ing)?[ -]?back\b|\bback-?out\b|\brevert\w*|\bfall ?back\b/i,
    looks: [/\bshow (backups?|snapshots?)\b/],
    acts: [/\badd (snapshot|backup)\b/, /\bset snapshot revert\b/, /\bset backup restore\b/, /\binstaller uninstall\b/],
  },
  {
    topic: 'window',
    words: /\bwindow\b|\boff-?peak\b|\bbusiness hours\b|\bchange (request|freeze)\b/i,
    looks: [],
    acts: [],
  },
  {
    topic: 'notify',
    words:
      /\bnotif\w+|\binform(ed|s)?\b|\btell\b|\bannounce\b|\bcontact\b|\bescalate\b|\bcall\b|\bstakeholders?\b|\bapprov\w+/i,
    looks: [],
    acts: [],
  },
  {
    topic: 'verify',
    words: /\bverif\w+|\bchecks?\b|\bconfirm\w*|\bmake sure\b|\bbe sure\b|\bensure\b|\bvalidate\b|\bcompare\b/i,
    acts: [],
    looks: [/\b(show|stat|state|verify|list|diag|monitor|cpinfo|perf|conns|ver|cphaprob|cpview|grep|status)\b/],
  },
  {
    topic: 'traffic',
    words: /\btraffic\b|\bpackets?\b|\bconnections?\b|\bthroughput\b/i,
    acts: [],
    looks: [/\basg (perf|search)\b/, /\basg_conns\b/, /\bping\b/, /\btcpdump\b/, /\bfw (monitor|ctl|tab)\b/],
  },
  {
    topic: 'applications',
    words:
      /\bfunctionalit(y|ies)\b|\b(business|critical|key|important) (applications?|services?)\b|\bapplications\b|\busers\b/i,
    acts: [],
    looks: [],
  },
  {
    topic: 'install',
    words:
      /^(\W*(\d+[.)])?\s*)((first|then|next|now|finally),? )*(install|upgrade|update|patch)\b(?=.*\b(jumbo|hot-?fix|takes?|packages?|groups?|members?|sgms?|smo|mhos?|orchestrators?|halves|half|[AB])\b)(?!.*\b(polic\w+|agent|runbook|documentation|ticket)\b)/i,
    looks: [],
    acts: [/\binstaller (install|upgrade)\b/, /\bg_install_update\b.* -install\b/],
  },
];

const IN_STEP = /\b(same|identical|match\w*|equal|differ\w*|mix\w*|consistent)\b/i;
const ALIVE =
  /\b(active|up|healthy|down|state|stat(us)?|running|alive|one (\w+ )?(by|at a|after)|at the same time|lost|fail\w*)\b/i;
const ALWAYS_SAFETY: ReadonlySet<Topic> = new Set([
  'cloning',
  'backup',
  'redundancy',
  'capacity',
  'rollback',
  'policy',
]);

/** Whoever is told of reduced capacity keeps nothing safe by that. */
const TELLS =
  /^(\W*(\d+[.)])?\s*)(please )?(notify|inform|tell|announce|contact|call|escalate)\b|\bbe (notified|informed|told|announced)\b/i;

/** Whether what an order is about keeps a fabric safe: one that is not followed can cost connections, or the way back. */
export function isSafety(text: string, about: readonly Topic[]): boolean {
  if (TELLS.test(text)) return false;
  return about.some(
    (topic) =>
      ALWAYS_SAFETY.has(topic) ||
      (topic === 'takes' && IN_STEP.test(text)) ||
      (topic === 'members' && ALIVE.test(text)),
  );
}

export const topicsOf = (text: string): Topic[] => TOPICS.filter((row) => row.words.test(text)).map((row) => row.topic);
