import '@rehearsal/compiler';
import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { LiveRuntime, readSeed } from '@rehearsal/bus';
import { openTracer } from '@rehearsal/bus/tracing';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { Role } from '@rehearsal/kernel';
import type { RoleName } from '@rehearsal/protocol';
import { BusTransport } from './bus-transport.js';
import { BadInput, readHostConfig } from './host-config.js';
import type { HostConfig } from './host-config.js';
import { HostLog } from './host-log.js';
import { HttpEndpoint } from './http-endpoint.js';
import { Metrics } from './metrics.js';
import { RoleHostModule } from './role-host.module.js';
import { ROLE, RUNTIME } from './tokens.js';

/** Ends of a process: bad input, no bus, and a role that must not act any more. */
export const EXIT_BAD_INPUT = 2;
export const EXIT_ENVIRONMENT = 3;
export const EXIT_FATAL = 70;

const STDOUT = 1;
const STOP_WITHIN_MS = 3_000;
const FLUSH_WITHIN_MS = 500;

export interface HostOptions {
  readonly role: RoleName;
  /** Makes the role from the checked configuration; throws BadInput when its own fields are wrong. */
  readonly createRole: (runtime: LiveRuntime, config: HostConfig, file: string) => Role;
  /** How the process ends by the code with which its role gave up; EXIT_FATAL for all others. */
  readonly exitCodes?: Readonly<Record<string, number>>;
  /** Default: the program's first argument. */
  readonly file?: string;
}

/**
 * Hosts one role until SIGTERM. Once it takes part it says so in one line of JSON on standard output:
 * `{"ready":true,"pid":…,"httpPort":…}`; before it ends by its own wish, `{"rebootAfterMs":…}`. Notes go to standard error.
 */
export async function runHost(options: HostOptions): Promise<void> {
  const file = options.file ?? process.argv[2];
  try {
    const config = readHostConfig(file, options.role);
    await new Host(config, file as string, options).run();
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`${message}\n`);
    process.exit(error instanceof BadInput ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT);
  }
}

class Host {
  readonly #config: HostConfig;
  readonly #file: string;
  readonly #options: HostOptions;
  readonly #log: HostLog;
  readonly #metrics: Metrics;
  #tracer: Tracer | undefined;
  /** Ends the process in order, once it has begun. */
  #stop: (why: string) => void = () => {};

  constructor(config: HostConfig, file: string, options: HostOptions) {
    const { fabric, site, role, id, incarnation } = config;
    this.#config = config;
    this.#file = file;
    this.#options = options;
    this.#log = new HostLog({ role, id, incarnation });
    this.#metrics = new Metrics({ fabric, site, role, id, incarnation });
  }

  async run(): Promise<void> {
    process.on('uncaughtException', (error) => this.#fatal('uncaught', { message: error.message, stack: error.stack }));
    const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
      RoleHostModule.forRole({
        config: this.#config,
        connect: () => this.#connect(),
        createRole: (runtime, config) => this.#createRole(runtime, config),
      }),
      {
        useFactory: (runtime: LiveRuntime) => ({ strategy: new BusTransport(runtime) }),
        inject: [RUNTIME],
        logger: this.#log,
        abortOnError: false,
      } as AsyncMicroserviceOptions,
    );
    const runtime = app.get<LiveRuntime>(RUNTIME);
    const role = app.get<Role>(ROLE);
    const http = new HttpEndpoint(runtime, role, this.#metrics);
    let stopping = false;
    this.#stop = (signal) => {
      if (stopping) return;
      stopping = true;
      this.#log.note('info', 'stopping', { signal });
      void this.#drain(app, runtime, role, http);
    };
    process.on('SIGTERM', this.#stop);
    process.on('SIGINT', this.#stop);
    await app.listen();
    await new Promise<void>((resolve) => {
      runtime.atTurnEnd(() => {
        role.start();
        resolve();
      });
    });
    const httpPort = await http.listen(this.#config.httpPort ?? 0);
    this.#log.note('info', 'started', { pid: process.pid, httpPort });
    process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, httpPort })}\n`);
  }

  /** Making a role does nothing but read its configuration: what it cannot use was given wrong. */
  #createRole(runtime: LiveRuntime, config: HostConfig): Role {
    try {
      return this.#options.createRole(runtime, config, this.#file);
    } catch (cause) {
      if (cause instanceof BadInput || !(cause instanceof Error)) throw cause;
      throw new BadInput(`${this.#file}: ${cause.message}`, { cause });
    }
  }

  async #connect(): Promise<LiveRuntime> {
    const { fabric, site, role, id, incarnation, natsUrl, nkeySeedFile } = this.#config;
    this.#tracer = await openTracer({
      'service.namespace': fabric,
      'service.name': role,
      'service.instance.id': id,
      'rehearsal.site': site,
      'rehearsal.incarnation': incarnation,
    });
    return LiveRuntime.connect({
      self: { fabric, site, role, id, incarnation },
      tracer: this.#tracer,
      natsUrl,
      nkeySeed: readSeed(nkeySeedFile),
      count: this.#metrics.count,
      note: this.#log.note,
      fatal: (code, fields) => this.#fatal(code, fields),
      reboot: (how, afterMs) => this.#reboot(how, afterMs),
    });
  }

  /** Whoever started this process reads on its standard output that it is to be started again, and when. */
  #reboot(how: 'orderly' | 'panic', afterMs: number): void {
    this.#log.note('info', 'reboots', { how, afterMs });
    writeSync(STDOUT, `${JSON.stringify({ rebootAfterMs: afterMs })}\n`);
    if (how === 'panic') process.kill(process.pid, 'SIGKILL');
    else this.#stop('reboot');
  }

  /** Commands first, then the role, then what it still has to say, then the process. */
  async #drain(app: { close(): Promise<void> }, runtime: LiveRuntime, role: Role, http: HttpEndpoint): Promise<void> {
    http.stopping();
    await app.close();
    const withinMs = this.#config.stopWithinMs ?? STOP_WITHIN_MS;
    const stopped = await new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), withinMs);
      runtime.atTurnEnd(() => role.stop(withinMs, () => resolve(true)));
    });
    if (!stopped) this.#log.note('warn', 'stop_late', { withinMs });
    await runtime.drain();
    await http.close();
    await this.#tracer?.flush(FLUSH_WITHIN_MS);
    this.#log.note('info', 'stopped', {});
    process.exit(0);
  }

  #fatal(code: string, fields: Readonly<Record<string, unknown>>): never {
    this.#log.note('error', code, { ...fields, fatal: true });
    process.exit(this.#options.exitCodes?.[code] ?? EXIT_FATAL);
  }
}
