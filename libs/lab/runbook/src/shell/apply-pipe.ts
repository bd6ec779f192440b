import { LabError } from '@rehearsal/lab-port/lab-error';

const bad = (what: string): LabError =>
  new LabError(
    'bad-input',
    what,
    'What a command shows can go through: grep [-ivEFwcqnABC] PATTERN, sort, uniq, tee, wc -l, head -N, tail -N, more.',
  );

/**
 * What is left of the lines that a command shows after a pipe.
 * @param words of the command after the pipe, for example `['grep', '-i', 'active']`
 * @throws LabError (bad input) for any other command or option
 */
export function applyPipe(lines: readonly string[], words: readonly string[]): string[] {
  const [command = '', ...rest] = words;
  switch (command) {
    case 'grep':
    case 'egrep':
    case 'fgrep':
      return grep(lines, command, rest);
    case 'wc':
      if (rest.join(' ') !== '-l') throw bad(`wc ${rest.join(' ')}: lines are all that is counted.`);
      return [String(lines.length)];
    case 'head':
      return lines.slice(0, count(command, rest));
    case 'tail': {
      const n = count(command, rest);
      return n === 0 ? [] : lines.slice(-n);
    }
    case 'sort':
      return sorted(lines, rest);
    case 'uniq':
      return once(lines, rest);
    case 'tee':
      return [...lines];
    case 'cat':
    case 'less':
    case 'more':
      if (rest.length > 0) throw bad(`${command} takes nothing more after a pipe.`);
      return [...lines];
    default:
      throw bad(`there is no ${command} to pipe to.`);
  }
}

/** `-5`, `-n 5` or `-n5`; 10 without. */
function count(command: string, words: readonly string[]): number {
  if (words.length === 0) return 10;
  const found = /^-(?:n ?)?(\d+)$/.exec(words.join(' '));
  if (found === null) throw bad(`${command} ${words.join(' ')}: expected a number of lines, as in ${command} -5.`);
  return Number(found[1]);
}

/** Whether what a command shows has nothing of what it was searched for: a shell takes that for a failure of the search. */
export function foundNothing([command = '', ...rest]: readonly string[], left: readonly string[]): boolean {
  if (!/^[ef]?grep$/.test(command)) return false;
  return rest.some((word) => /^-\w*c/.test(word)) ? left.join('') === '0' : left.length === 0;
}

function sorted(lines: readonly string[], options: readonly string[]): string[] {
  const has = (flag: string): boolean => options.some((option) => option.includes(flag));
  if (options.some((o) => !/^-[unr]+$/.test(o))) throw bad(`sort ${options.join(' ')}: only -u, -n and -r are known.`);
  const by = has('n') ? (a: string, b: string) => Number.parseFloat(a) - Number.parseFloat(b) : undefined;
  const all = [...(has('u') ? new Set(lines) : lines)].sort(by);
  return has('r') ? all.reverse() : all;
}

function once(lines: readonly string[], options: readonly string[]): string[] {
  if (options.some((option) => option !== '-c')) throw bad(`uniq ${options.join(' ')}: only -c is known.`);
  const runs: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.times++;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (options.length === 0 ? line : `${String(times).padStart(7)} ${line}`));
}

function grep(lines: readonly string[], command: string, words: readonly string[]): string[] {
  const flags = new Set<string>(command === 'egrep' ? ['E'] : command === 'fgrep' ? ['F'] : []);
  const patterns: string[] = [];
  const around = { before: 0, after: 0 };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const near = /^-([ABC])(\d*)$/.exec(word);
    if (word === '-e') patterns.push(words[++i] ?? '');
    else if (near !== null) {
      const n = Number(near[2] === '' ? words[++i] : near[2]);
      if (!Number.isInteger(n)) throw bad(`grep ${word}: expected a number of lines.`);
      if (near[1] !== 'A') around.before = n;
      if (near[1] !== 'B') around.after = n;
    } else if (word.startsWith('--color')) continue;
    else if (/^-[ivEFwcqn]+$/.test(word)) for (const flag of word.slice(1)) flags.add(flag);
    else if (word.startsWith('-')) throw bad(`grep has no option ${word} here.`);
    else patterns.push(word);
  }
  const [pattern] = patterns;
  if (pattern === undefined || patterns.length > 1) throw bad('grep takes one pattern after a pipe.');
  const expression = regex(pattern, flags);
  const hits = lines.flatMap((line, i) => (expression.test(line) !== flags.has('v') ? [i] : []));
  if (flags.has('c')) return [String(hits.length)];
  const { before, after } = around;
  const kept = lines.flatMap((line, i) =>
    hits.some((hit) => i >= hit - before && i <= hit + after) ? [{ line, i }] : [],
  );
  return kept.map(({ line, i }) => (flags.has('n') ? `${i + 1}:${line}` : line));
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
};

function regex(pattern: string, flags: ReadonlySet<string>): RegExp {
  const source = flags.has('F')
    ? pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    : (flags.has('E') ? pattern : fromBasic(pattern)).replaceAll(
        /\[:(\w+):\]/g,
        (all, name: string) => CLASSES[name] ?? all,
      );
  try {
    return new RegExp(flags.has('w') ? `(?<!\\w)(?:${source})(?!\\w)` : source, flags.has('i') ? 'i' : '');
  } catch {
    throw bad(`'${pattern}' is no pattern.`);
  }
}

/** In a basic pattern `\|` is what `|` is in an extended one, and the other way round. */
const fromBasic = (pattern: string): string =>
  pattern.replaceAll(/\[\^?\]?(?:\[:\w+:\]|[^\]])*\]|\\?[|+?(){}]/g, (sign) => {
    if (sign.startsWith('[')) return sign;
    return sign.startsWith('\\') ? sign.slice(1) : `\\${sign}`;
  });
