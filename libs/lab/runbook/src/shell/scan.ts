import { documentPlaceholder } from './placeholders.js';

/** A word or an operator of a command line; offsets are into the text as it was given. */
export interface ShellToken {
  readonly kind: 'word' | 'operator';
  /** A word without its quotes. */
  readonly value: string;
  readonly from: number;
  readonly to: number;
  /** Nothing of it was quoted. */
  readonly isPlain: boolean;
}

export interface Scanned {
  readonly tokens: readonly ShellToken[];
  /** What a shell would do that this one does not, in the order it stands. */
  readonly constructs: readonly { readonly what: string; readonly from: number }[];
  /** The text without comments, continued lines put together. */
  readonly text: string;
  /** What is still open at its end: a line that ends in `\`, or a quote. */
  readonly open: 'line' | 'quote' | undefined;
}

const OPERATOR = /\d*(?:<<<|<<-?|>>|>&|<&|>\||<|>)|&>>?|&&|\|\||\|&|;;|[;|&()\n]/y;
const DOLLAR_NAME = /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/y;

/** Reads a command line character by character; never fails. */
export function scan(source: string): Scanned {
  return new Scanner(source).run();
}

/** The words of each command of a line, whatever joins them; of what a shell would refuse, what can be told. */
export function wordsOfEach(source: string): string[][] {
  const each: string[][] = [[]];
  for (const token of scan(source).tokens) {
    if (token.kind === 'operator') each.push([]);
    else each.at(-1)!.push(token.value);
  }
  return each.filter((words) => words.length > 0);
}

class Scanner {
  readonly #source: string;
  readonly #tokens: ShellToken[] = [];
  readonly #constructs: { what: string; from: number }[] = [];
  /** Stretches of the source that are no part of the command, and what stands for them. */
  readonly #cuts: { from: number; to: number; by: string }[] = [];
  #at = 0;
  #word: { value: string; from: number; isPlain: boolean } | undefined;
  #open: Scanned['open'];

  constructor(source: string) {
    this.#source = source;
  }

  run(): Scanned {
    while (this.#at < this.#source.length) this.#step();
    this.#endWord();
    return { tokens: this.#tokens, constructs: this.#constructs, text: this.#text(), open: this.#open };
  }

  #step(): void {
    const c = this.#source[this.#at]!;
    if (c === '\\') return this.#backslash();
    if (c === "'" || c === '"') return this.#quoted(c);
    if (c === '#' && this.#word === undefined) return this.#comment();
    const placeholder = this.#match(documentPlaceholder());
    if (placeholder !== undefined) return this.#add(placeholder);
    if (c === '$' || c === '`') return this.#expansion();
    if (/[0-9]/.test(c) && this.#word !== undefined) return this.#add(c);
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) return this.#operator(operator);
    if (/\s/.test(c)) {
      this.#endWord();
      this.#at++;
    } else this.#add(c);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #begin(): { value: string; from: number; isPlain: boolean } {
    return (this.#word ??= { value: '', from: this.#at, isPlain: true });
  }

  #add(text: string, length = text.length): void {
    this.#begin().value += text;
    this.#at += length;
  }

  #endWord(): void {
    if (this.#word === undefined) return;
    this.#tokens.push({ kind: 'word', to: this.#at, ...this.#word });
    this.#word = undefined;
  }

  #operator(value: string): void {
    this.#endWord();
    this.#tokens.push({ kind: 'operator', value, from: this.#at, to: this.#at + value.length, isPlain: true });
    this.#at += value.length;
  }

  #backslash(): void {
    const next = this.#source[this.#at + 1];
    if (next === undefined || next === '\n') {
      const to = this.#at + 1 + (/^\n[ \t]*/.exec(this.#source.slice(this.#at + 1))?.[0].length ?? 0);
      const isApart = /\s/.test(this.#source[this.#at - 1] ?? ' ') || to > this.#at + 2;
      if (isApart) this.#endWord();
      this.#cuts.push({ from: this.#at, to, by: isApart ? ' ' : '' });
      if (to >= this.#source.length) this.#open = 'line';
      this.#at = to;
      return;
    }
    this.#begin().isPlain = false;
    this.#add(next, 2);
  }

  #quoted(quote: string): void {
    this.#begin().isPlain = false;
    this.#at++;
    while (this.#source[this.#at] !== quote) {
      const c = this.#source[this.#at];
      if (c === undefined) {
        this.#open = 'quote';
        return;
      }
      const next = this.#source[this.#at + 1] ?? '';
      if (quote === '"' && c === '\\' && '$`"\\'.includes(next) && next !== '') this.#add(next, 2);
      else if (quote === '"' && (c === '$' || c === '`')) this.#expansion();
      else this.#add(c);
    }
    this.#at++;
  }

  #comment(): void {
    const end = this.#source.indexOf('\n', this.#at);
    const to = end < 0 ? this.#source.length : end;
    this.#cuts.push({ from: this.#at, to, by: '' });
    this.#at = to;
  }

  /** `$NAME` is a placeholder of the runbook's; all else that a shell would work out is named. */
  #expansion(): void {
    const name = this.#match(DOLLAR_NAME);
    if (name !== undefined) return this.#add(name);
    const next = this.#source[this.#at + 1] ?? '';
    const isTick = this.#source[this.#at] === '`';
    if (isTick || next === '(') this.#constructs.push({ what: 'a command within a command', from: this.#at });
    else if (next === '{') this.#constructs.push({ what: 'an expansion ${…}', from: this.#at });
    else if (/[?!$#@*0-9]/.test(next)) this.#constructs.push({ what: `the variable $${next}`, from: this.#at });
    this.#add(this.#source[this.#at]!);
  }

  #text(): string {
    let text = '';
    let from = 0;
    for (const cut of this.#cuts) {
      text += this.#source.slice(from, cut.from).replace(cut.by === ' ' ? /[ \t]+$/ : /$^/, '') + cut.by;
      from = cut.to;
    }
    return (text + this.#source.slice(from)).trim();
  }
}
