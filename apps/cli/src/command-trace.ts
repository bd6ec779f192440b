import { basename } from 'node:path';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { Outcome } from '@rehearsal/verbs/client';

const FLUSH_WITHIN_MS = 1_000;

/** The tracer of this process, opened when it is first asked for; undefined where the environment asks for no traces. */
export function tracerOf(service: 'rehearse' | 'lab'): Promise<Tracer | undefined> {
  // Nothing of it is loaded, not even what reads the variables closely, where there is none of them.
  if (!Object.keys(process.env).some((name) => name.startsWith('OTEL_'))) return Promise.resolve(undefined);
  opened ??= import('@rehearsal/bus/tracing').then(({ openTracer }) => openTracer({ 'service.name': service }));
  return opened;
}
let opened: Promise<Tracer | undefined> | undefined;

/** Has a command carried out as the first span of a trace, and sends that before it gives the outcome. */
export async function traced(
  argv: readonly string[],
  run: (traceparent: string | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  const tracer = await tracerOf('rehearse');
  if (tracer === undefined) return run(undefined);
  const span = tracer.begin(`rehearse ${argv.join(' ')}`, {
    kind: 'client',
    attributes: { 'process.executable.name': basename(process.argv[1] ?? 'rehearse') },
  });
  try {
    const outcome = await run(span.traceparent);
    span.set({ 'process.exit.code': outcome.status });
    span.end(outcome.status === 0 ? undefined : outcome.stderr.trim());
    return outcome;
  } catch (error) {
    span.end(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    await tracer.flush(FLUSH_WITHIN_MS);
  }
}
