/** Traces of commands, told to an OpenTelemetry collector where the environment names one. Loads nothing else. */
export { currentTrace, withTrace } from './tracing/current-trace.js';
export { openTracer, tracesAreWanted } from './tracing/tracer.js';
export type { SpanKind, SpanOptions, TraceSpan, Tracer } from './tracing/tracer.js';
