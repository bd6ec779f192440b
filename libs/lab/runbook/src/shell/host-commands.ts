/**
 * Commands of an operator's own shell that leave a fabric as it is, and keep nothing of it that a fabric needs later. There
 * is no such machine here: they are passed over, and that is said.
 */
const HOST: ReadonlySet<string> = new Set(
  (
    'alias awk basename bc cal cat cd chmod chown cksum clear cmp column cp crontab curl curl_cli cut date dbget df diff dig dirname ' +
    'dmesg du env ethtool file find free ftp grep egrep fgrep gunzip gzip head history hostname id ifconfig iostat ' +
    'ip jq last less ll ln locate ls lsof md5sum mkdir more mount mtr mv nano nc netstat nslookup openssl ping ' +
    'printf ps pwd read rm rsync scp screen script sed sftp sha1sum sha256sum sha512sum sort source split ssh-copy-id ' +
    'ssh-keygen ss stat strings sync tail tar tcpdump tee telnet test tmux top touch tr traceroute true umask umount ' +
    'unalias uname uniq unset unzip uptime vi vim vmstat w wait wc wget which who whoami xargs zip . : [ y n yes no Y N Yes No YES NO'
  ).split(' '),
);

/** What is typed in the vendor's shell for the shell itself. */
const OF_SESSIONS = [
  ['save', 'config'],
  ['lock', 'database', 'override'],
  ['unlock', 'database'],
  ['set', 'clienv'],
  ['show', 'clienv'],
  ['set', 'expert-password'],
];

/** What is typed at the management server, or on its behalf. */
const OF_MANAGEMENT: ReadonlySet<string> = new Set(['mgmt_cli', 'fwm', 'api', 'mdsenv', 'mdsstat', 'cprid_util']);

/** What is done about the installer itself, and to files that are the same on all members here anyway. */
const OF_FILES: ReadonlySet<string> = new Set(
  'update_sp_da da_cli g_cp2blades asg_cp2blades cp2blades g_ls g_cat g_md5sum g_tail g_cp g_mkdir g_rm g_scp'.split(
    ' ',
  ),
);
const OF_THE_INSTALLER = [
  ['installer', 'agent'],
  ['installer', 'check-for-updates'],
  ['installer', 'download'],
  ['installer', 'policy'],
  ['show', 'installer', 'status'],
];

const NOT_HERE = 'it is not carried out here';

/** Why words are passed over that a shell would carry out; undefined where they are for the fabric. */
export function whyPassedOver(words: readonly string[]): string | undefined {
  const [command = ''] = words;
  if (isOfTheHost(words)) return `a command of the operator's own shell: ${NOT_HERE}`;
  if (OF_MANAGEMENT.has(command))
    return `a command of the management server, which is no part of this fabric: ${NOT_HERE}`;
  const isOfFiles = OF_FILES.has(command) || OF_THE_INSTALLER.some((own) => own.every((word, i) => words[i] === word));
  return isOfFiles
    ? `it is about files or the installer itself, which this fabric has none of: ${NOT_HERE}`
    : undefined;
}

/** Commands that carry out another one; after how many words that are no options it begins. */
const AROUND: ReadonlyMap<string, number> = new Map([
  ['sudo', 0],
  ['time', 0],
  ['nohup', 0],
  ['nice', 0],
  ['command', 0],
  ['timeout', 1],
  ['watch', 0],
]);
/** Their options that take a word. */
const AROUND_VALUES = /^-(?:n|u|interval|-interval|-user|k|s)$/;

/** Whether these words are typed for the operator's own sake, so that nothing is lost where nobody carries them out. */
export function isOfTheHost(words: readonly string[]): boolean {
  const [command = ''] = words;
  if (
    /^(?:ip|ifconfig|ethtool)$/.test(command) &&
    words.some((word) => /^(?:up|down|set|add|del|flush|-s)$/.test(word))
  ) {
    return false;
  }
  return HOST.has(command) || OF_SESSIONS.some((own) => own.every((word, i) => words[i] === word));
}

/** What `watch`, `sudo` and the like carry out: `watch -n1 asg stat` is `asg stat` again and again; undefined for others. */
export function commandWithin(
  words: readonly string[],
): { readonly around: string; readonly words: readonly string[] } | undefined {
  const [around = '', ...rest] = words;
  let own = AROUND.get(around);
  if (own === undefined) return undefined;
  let at = 0;
  while (at < rest.length && (rest[at]!.startsWith('-') || own > 0)) {
    if (!rest[at]!.startsWith('-')) own--;
    else if (AROUND_VALUES.test(rest[at]!)) at++;
    at++;
  }
  const inner = rest.slice(at);
  const isShell = around === 'sudo' && (inner.length === 0 || inner[0] === 'su');
  return inner.length === 0 || isShell ? undefined : { around, words: inner };
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** What words such as `TAKE=118` or `export TAKE=118` give a name to; undefined where they are a command. */
export function assignmentsOf(words: readonly string[]): Readonly<Record<string, string>> | undefined {
  const said = ['export', 'declare', 'local', 'readonly'].includes(words[0] ?? '') ? words.slice(1) : words;
  const pairs = said.map((word) => ASSIGNMENT.exec(word));
  if (pairs.length === 0 || pairs.includes(null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
}
