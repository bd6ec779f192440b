import type { SpanKind, TraceSpan, Tracer } from './tracer.js';

/** Header of messages and of commits in the log; the bytes of neither know of it. */
export const TRACE_HEADER = 'traceparent';
const REMEMBERED = 1_000;

/**
 * Which trace this process works on behalf of: during a handler that was called by a traced message, and for what that
 * handler asked to be decided, which may have to wait its turn. Without a trace there is nothing to do, and no span.
 */
export class BusTraces {
  readonly #tracer: Tracer;
  readonly #inputs = new Map<string, string>();
  readonly #bodies = new WeakMap<Uint8Array, string>();
  #current: string | undefined;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  get current(): string | undefined {
    return this.#current;
  }

  /** Runs `run` on behalf of a trace; what it leaves for later is on behalf of none. */
  within(traceparent: string | undefined, run: () => void): void {
    const outer = this.#current;
    this.#current = traceparent;
    try {
      run();
    } finally {
      this.#current = outer;
    }
  }

  begin(
    name: string,
    kind: SpanKind,
    parent: string,
    attributes: Readonly<Record<string, string | number>>,
  ): TraceSpan {
    return this.#tracer.begin(name, { kind, parent, attributes });
  }

  /** The trace of a question; one that is asked again is still part of it. */
  ofQuestion(body: Uint8Array): string | undefined {
    const trace = this.#current ?? this.#bodies.get(body);
    if (trace !== undefined) this.#bodies.set(body, trace);
    return trace;
  }

  /** Remembers what an input is part of, by its id, if `body` holds one. */
  takeInput(body: Uint8Array, traceparent: string): void {
    const id = idOf(body);
    if (id === undefined) return;
    this.#inputs.set(id, traceparent);
    if (this.#inputs.size <= REMEMBERED) return;
    const [oldest] = this.#inputs.keys();
    this.#inputs.delete(oldest!);
  }

  /** What the commit with these bytes is part of. */
  ofCommit(bytes: Uint8Array): string | undefined {
    const id = this.#inputs.size === 0 ? undefined : idOf(bytes);
    return (id === undefined ? undefined : this.#inputs.get(id)) ?? this.#current;
  }
}

const decoder = new TextDecoder();

/** The id of the input that a question or a commit holds. */
function idOf(body: Uint8Array): string | undefined {
  try {
    const { input } = JSON.parse(decoder.decode(body)) as { readonly input?: { readonly id?: unknown } };
    return typeof input?.id === 'string' ? input.id : undefined;
  } catch {
    return undefined;
  }
}

/** What a span says of a commit. */
export function commitWords(bytes: Uint8Array): { readonly name: string; readonly events: string } {
  const { stream, version, events } = JSON.parse(decoder.decode(bytes)) as {
    readonly stream: string;
    readonly version: number;
    readonly events: readonly { readonly type: string }[];
  };
  return { name: `${stream}:${version}`, events: events.map((e) => e.type).join(', ') };
}
