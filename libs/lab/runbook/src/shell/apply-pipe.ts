import { LabError } from '@rehearsal/lab-port/lab-error';

const bad = (what: string): LabError =>
  new LabError(
    'bad-input',
    what,
    'What a command shows can go through: grep [-i] [-v] [-E] [-F] [-w] [-c] PATTERN, wc -l, head -N, tail -N, more.',
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

function grep(lines: readonly string[], command: string, words: readonly string[]): string[] {
  const flags = new Set<string>(command === 'egrep' ? ['E'] : command === 'fgrep' ? ['F'] : []);
  const patterns: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-e') patterns.push(words[++i] ?? '');
    else if (/^-[ivEFwc]+$/.test(word)) for (const flag of word.slice(1)) flags.add(flag);
    else if (word.startsWith('-')) throw bad(`grep has no option ${word} here.`);
    else patterns.push(word);
  }
  const [pattern] = patterns;
  if (pattern === undefined || patterns.length > 1) throw bad('grep takes one pattern after a pipe.');
  const expression = regex(pattern, flags);
  const kept = lines.filter((line) => expression.test(line) !== flags.has('v'));
  return flags.has('c') ? [String(kept.length)] : kept;
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
