import { ROOT_CONTEXT, SpanKind as Kind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanOptions, TraceSpan, Tracer } from './tracer.js';

const KINDS = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
} as const;
/** A trace is looked at right after its command; the usual 5 s are for those with more to tell. */
const SEND_EVERY_MS = 500;

/** Spans as OpenTelemetry has them, over HTTP in JSON; where to, the environment says. */
export class OtelTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #tracer: ReturnType<TracerProvider['getTracer']>;

  constructor(who: Readonly<Record<string, string | number | boolean>>) {
    const exporter = new OTLPTraceExporter();
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes({ ...who })),
      spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
    });
    this.#tracer = this.#provider.getTracer('rehearsal');
  }

  begin(name: string, { kind, parent, attributes = {} }: SpanOptions): TraceSpan {
    const context = parent === undefined ? ROOT_CONTEXT : withParent(parent);
    return new OtelSpan(this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, context));
  }

  async flush(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((done) => (timer = setTimeout(done, withinMs)));
    // Whoever collects may be away: that is no concern of what was done.
    await Promise.race([this.#provider.forceFlush().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

class OtelSpan implements TraceSpan {
  readonly #span: Span;
  readonly traceparent: string;

  constructor(span: Span) {
    this.#span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: Readonly<Record<string, string | number | boolean>>): void {
    this.#span.setAttributes({ ...attributes });
  }

  end(failure?: string): void {
    if (failure !== undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.#span.end();
  }
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** What cannot be read begins a trace of its own. */
function withParent(traceparent: string): typeof ROOT_CONTEXT {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
