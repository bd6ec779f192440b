import { createInterface, type Interface } from 'node:readline';

/**
 * Reads answers from standard input, one a line, whether somebody types them or they are piped in. Nothing is read
 * before the first question.
 */
export class Prompter {
  #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #reader: Interface | undefined;
  readonly #complete: ((line: string) => string[]) | undefined;
  readonly #history: string[];

  /** `complete` gives what the last word could become; `history` is of earlier sessions, latest first. */
  constructor(complete?: (line: string) => string[], history: readonly string[] = []) {
    this.#complete = complete;
    this.#history = [...history];
  }

  /** The next line, after this prompt; undefined at the end of input. */
  ask(prompt: string): Promise<string | undefined> {
    const reader = this.#open();
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

  close(): void {
    this.#reader?.close();
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
      history: this.#history,
      ...(this.#isTyped && { output: process.stdout }),
      ...(complete !== undefined && {
        completer: (line: string): [string[], string] => [complete(line), /\S*$/.exec(line)?.[0] ?? ''],
      }),
    });
    reader.on('line', (line) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#lines.push(line);
      else waiting(line);
    });
    reader.on('close', () => {
      this.#ended = true;
      this.#waiting?.(undefined);
      this.#waiting = undefined;
    });
    this.#reader = reader;
    return reader;
  }
}
