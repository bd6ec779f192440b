export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: SpanKind;
  /** What it is part of, as in the header of that name (W3C Trace Context); absent: a trace of its own. */
  readonly parent?: string | undefined;
  readonly attributes?: Attributes;
}

/** Something that is being done. */
export interface TraceSpan {
  /** What goes into the header of that name, so that what follows is part of this. */
  readonly traceparent: string;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Ends it; with a reason it has failed. */
  end(failure?: string): void;
}

export interface Tracer {
  begin(name: string, options: SpanOptions): TraceSpan;
  /** Sends what has ended; waits `withinMs` at most, and never rejects. */
  flush(withinMs: number): Promise<void>;
}

/**
 * Whether the environment asks for traces, by the variables OpenTelemetry has for that: an endpoint, or the exporter
 * `otlp`; unless the exporter is another one, or all of it is disabled.
 */
export function tracesAreWanted(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  const exporter = env['OTEL_TRACES_EXPORTER'] ?? '';
  if (exporter !== '') return exporter.split(',').some((word) => word.trim() === 'otlp');
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  return endpoint !== '';
}

/**
 * The way to tell spans to a collector; undefined where the environment asks for none, and nothing is loaded.
 * @param who attributes of this process, `service.name` among them
 */
export async function openTracer(who: Attributes, env: NodeJS.ProcessEnv = process.env): Promise<Tracer | undefined> {
  if (!tracesAreWanted(env)) return undefined;
  const { OtelTracer } = await import('./otel-tracer.js');
  return new OtelTracer(who);
}
