import { canonicalText, createRng } from '@rehearsal/kernel';
import type { ForkPoint, RecordedRun } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port';
import { calmOptions, type SimOptions } from './options.js';
import type { SimWorld } from './sim-world.js';

const decoder = new TextDecoder();

/**
 * Follows a world up to a point of a recorded run, commit by commit, and lets it go on otherwise from there. The point
 * is the moment in which its last commit has been stored: nobody has read it yet.
 */
export class SimFork {
  readonly #point: ForkPoint;
  readonly #options: Partial<SimOptions>;
  #due = false;
  #taken: { readonly seq: number; readonly atMs: number } | undefined;
  #differs: { readonly seq: number; readonly stream: string } | undefined;

  /** @param options on top of `calmOptions` of the settings from there on */
  constructor(point: ForkPoint, options: Partial<SimOptions> = {}) {
    this.#point = point;
    this.#options = options;
  }

  /** The run of real processes that it follows, and its log up to the fork; of a simulated one undefined. */
  get recorded(): { readonly run: RecordedRun; readonly log: readonly string[] } | undefined {
    const { recorded, log } = this.#point;
    return recorded && { run: recorded, log };
  }

  /** The last commit of the record has been stored, and nothing has happened since. */
  get due(): boolean {
    return this.#due;
  }

  /** Where it was, once it has been. */
  get taken(): { readonly fork?: { readonly seq: number; readonly atMs: number } } {
    return this.#taken === undefined ? {} : { fork: this.#taken };
  }

  onStored(seq: number, stream: string, bytes: Uint8Array): void {
    const recorded = this.#point.log[seq - 1];
    if (recorded === undefined || this.#differs !== undefined) return;
    if (recorded !== decoder.decode(bytes)) this.#differs = { seq, stream };
    else if (seq === this.#point.log.length) this.#due = true;
  }

  take(world: SimWorld): void {
    this.#due = false;
    this.#taken = { seq: this.#point.log.length, atMs: world.nowMs };
    this.#changeChances(world);
    this.#changeSettings(world);
  }

  #changeChances(world: SimWorld): void {
    const seed = String(this.#point.seed);
    if (seed === world.seed) return;
    world.seed = seed;
    world.faultRng = createRng(seed, 'world from a fork on');
  }

  #changeSettings(world: SimWorld): void {
    const { settings, recorded } = this.#point;
    const own = world.plan.settings;
    const same = canonicalText(settings) === canonicalText(own);
    // A record is followed in calm weather, whatever comes after it.
    if (same && recorded === undefined) return;
    Object.assign(own, settings);
    world.options = { ...calmOptions(settings), ...this.#options };
    if (!same) for (const process of world.processes) process.role?.settingsChanged?.();
  }

  /** @throws LabError (bad input) where the world has come to something else than the record */
  assertSame(): void {
    if (this.#differs === undefined) return;
    const { seq, stream } = this.#differs;
    throw new LabError(
      'bad-input',
      `The run cannot be gone through again: commit ${seq} of its log, of ${stream}, comes out otherwise. Most likely it was recorded with another build.`,
      'Record it again with this one, or use the build that recorded it.',
    );
  }
}
