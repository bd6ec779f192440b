import type { ReadStream } from 'node:tty';
import type { Outcome } from './lab-line.js';

const EVERY_MS = 1000;
const CTRL_C = '\u0003';
/** Home, and everything after it away: what is the same again does not flicker. */
const CLEAR = '\u001b[H\u001b[2J';

/** Whether somebody sits there: keys come in and a screen can be cleared. */
export const atTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY;

/**
 * Shows a screen, and again each second, until somebody presses q or Ctrl-C or it cannot be had any more. The last one
 * stays where it is, and is the outcome with nothing more to say.
 */
export async function showAgain(ask: () => Promise<Outcome>): Promise<Outcome> {
  const keys = new Keys(process.stdin);
  try {
    for (;;) {
      const begunMs = performance.now();
      const outcome = await ask();
      if (outcome.status !== 0) return outcome;
      process.stdout.write(`${CLEAR}${outcome.stdout}(each second; q ends)\n`);
      await keys.endOr(EVERY_MS - (performance.now() - begunMs));
      if (keys.ended) return { status: 0, stdout: '', stderr: '' };
    }
  } finally {
    keys.close();
  }
}

/** Reads keys one by one, until one says that it is enough. */
class Keys {
  ended = false;
  #wake: () => void = () => undefined;
  readonly #input: ReadStream;

  constructor(input: ReadStream) {
    this.#input = input;
    input.setRawMode(true);
    input.on('data', this.#take).on('end', this.#end).resume();
  }

  /** Resolves after so long, or with the key that ends. */
  endOr(ms: number): Promise<void> {
    return new Promise((done) => {
      if (this.ended || ms <= 0) return done();
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  close(): void {
    this.#input.off('data', this.#take).off('end', this.#end);
    this.#input.setRawMode(false);
    this.#input.pause();
  }

  readonly #take = (typed: Buffer | string): void => {
    const keys = typed.toString();
    if (keys.includes('q') || keys.includes('Q') || keys.includes(CTRL_C)) this.#end();
  };

  readonly #end = (): void => {
    this.ended = true;
    this.#wake();
  };
}
