import { createInterface, type Interface } from 'node:readline';

/**
 * Reads answers from standard input, one a line, whether somebody types them or they are piped in. Nothing is read
 * before the first question.
 */
export class Prompter {
  #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  /** What Ctrl-C does to the question that is open. */
  #onInterrupt: 'ask-again' | 'no-answer' = 'no-answer';
  #ended = false;
  #reader: Interface | undefined;
  readonly #complete: ((line: string) => string[]) | undefined;
  #history: string[];

  /** `complete` gives what the last word could become; `history` is of earlier sessions, latest first. */
  constructor(complete?: (line: string) => string[], history: readonly string[] = []) {
    this.#complete = complete;
    this.#history = [...history];
  }

  /**
   * The next line, after this prompt; undefined at the end of input. Ctrl-C leaves what was typed, and is no answer, or
   * brings the prompt again.
   */
  ask(prompt: string, onInterrupt: 'ask-again' | 'no-answer' = 'no-answer'): Promise<string | undefined> {
    const reader = this.#open();
    this.#onInterrupt = onInterrupt;
    if (this.#isTyped) {
      const above = prompt.split('\n');
      const last = above.pop() ?? '';
      for (const line of above) process.stdout.write(`${line}\n`);
      if (!this.#ended) {
        reader.setPrompt(last);
        reader.prompt();
      }
    }
    return new Promise((done) => {
      const settle = (line: string | undefined): void => {
        // Whoever reads the output of piped commands sees what was answered.
        if (!this.#isTyped) process.stdout.write(`${prompt}${line ?? ''}\n`);
        done(line);
      };
      const next = this.#lines.shift();
      if (next !== undefined) settle(next);
      else if (this.#ended) settle(undefined);
      else this.#waiting = settle;
    });
  }

  /** Lends standard input, where somebody types, to who reads keys and no lines. */
  async lend<T>(to: () => Promise<T>): Promise<T> {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.close();
    return to();
  }

  close(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.close();
  }

  get #isTyped(): boolean {
    return process.stdin.isTTY;
  }

  #open(): Interface {
    if (this.#reader !== undefined) return this.#reader;
    const complete = this.#complete;
    const reader = createInterface({
      input: process.stdin,
      terminal: this.#isTyped,
      history: [...this.#history],
      ...(this.#isTyped && { output: process.stdout }),
      ...(complete !== undefined && {
        completer: (line: string): [string[], string] => [complete(line), /\S*$/.exec(line)?.[0] ?? ''],
      }),
    });
    this.#reader = reader;
    reader.on('history', (history) => {
      this.#history = [...history];
    });
    reader.on('line', (line) => {
      if (this.#waiting === undefined) this.#lines.push(line);
      else this.#settle(line);
    });
    reader.on('SIGINT', () => this.#interrupt(reader));
    reader.on('close', () => {
      // Lent: it is opened again with the next question.
      if (this.#reader !== reader) return;
      this.#ended = true;
      // Whoever comes next begins a line of its own.
      if (this.#isTyped) process.stdout.write('\n');
      this.#settle(undefined);
    });
    return reader;
  }

  #interrupt(reader: Interface): void {
    if (this.#waiting === undefined) return;
    process.stdout.write('^C\n');
    reader.write(null, { ctrl: true, name: 'e' });
    reader.write(null, { ctrl: true, name: 'u' });
    if (this.#onInterrupt === 'no-answer') this.#settle(undefined);
    else reader.prompt();
  }

  #settle(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(line);
  }
}
