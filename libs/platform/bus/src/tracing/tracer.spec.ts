import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openTracer, tracesAreWanted } from './tracer.js';

const ROOT = join(import.meta.dirname, '../../../../..');

describe('whether traces are wanted', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console,otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
    [{ OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_EXPORTER: 'otlp' }, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
  ])('with %j: %s', async (env, wanted) => {
    expect(tracesAreWanted(env)).toBe(wanted);
    if (!wanted) expect(await openTracer({}, env)).toBeUndefined();
  });

  it('is known before anything of OpenTelemetry is loaded: one file imports it, and is itself imported on demand', () => {
    const folders = ['libs', 'apps'];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.ts') && !/(^|\/)(dist|node_modules)\/|\.spec\.ts$/.test(f))
        .map((f) => [`${folder}/${f}`, readFileSync(join(ROOT, folder, f), 'utf8')] as const),
    );
    const importers = (what: RegExp): string[] => sources.filter(([, text]) => what.test(text)).map(([file]) => file);
    expect(importers(/from '@opentelemetry\//)).toEqual(['libs/platform/bus/src/tracing/otel-tracer.ts']);
    expect(importers(/from '\.[^']*\/otel-tracer\.js'/)).toEqual([]);
    expect(importers(/import\('\.\/otel-tracer\.js'\)/)).toEqual(['libs/platform/bus/src/tracing/tracer.ts']);
  });
});
