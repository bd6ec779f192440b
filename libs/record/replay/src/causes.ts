import type { ReadCommit } from './chain.js';
import { placeOf } from './chain.js';
import type { BadPlace } from './result.js';

/**
 * A commit that follows from another comes after it in the log. Causes in streams that are not in
 * this log at all (another site's) say nothing.
 */
export class Causes {
  readonly #versions = new Map<string, number>();
  readonly #open: { readonly commit: ReadCommit; readonly cause: string; readonly stream: string }[] = [];

  add(commit: ReadCommit, cause: string | undefined): void {
    if (cause !== undefined) {
      const colon = cause.lastIndexOf(':');
      const stream = cause.slice(0, colon);
      const version = Number(cause.slice(colon + 1));
      if (!((this.#versions.get(stream) ?? 0) >= version)) this.#open.push({ commit, cause, stream });
    }
    this.#versions.set(commit.stream, Math.max(commit.version, this.#versions.get(commit.stream) ?? 0));
  }

  finish(): BadPlace[] {
    return this.#open
      .filter(({ stream }) => this.#versions.has(stream))
      .map(({ commit, cause }) =>
        placeOf('cause', commit, `${cause} before this commit`, 'it comes later, or not at all'),
      );
  }
}
