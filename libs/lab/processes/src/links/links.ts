import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dieWithParent } from '@rehearsal/bus';
import { LabError, type LinkSpec, type RoleEntry, type Target } from '@rehearsal/lab-port';
import type { LinkDone, LinkOrder } from './link-process.js';
import type { WayFault } from './pipe.js';
import type { Way } from './role-link.js';

const PROGRAM = fileURLToPath(new URL('../../dist/links/link-process.js', import.meta.url));

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;

/** The links of all roles to the bus, in a process of their own. */
export class Links {
  readonly #busPort: number;
  #process: ChildProcess;
  #stopped = false;
  readonly #ports = new Map<string, number>();
  readonly #open = new Map<number, { resolve(done: LinkDone): void; reject(error: Error): void }>();
  #seq = 0;

  /** Opens a link for each role. @throws LabError (environment) */
  static async start(
    busUrl: string,
    roles: readonly RoleEntry[],
    onUnexpectedEnd: (code: number | null, signal: string | null) => void = () => {},
  ): Promise<Links> {
    const links = new Links(Number(new URL(busUrl).port), onUnexpectedEnd);
    for (const { role, id } of roles) links.#ports.set(`${role} ${id}`, 0);
    await links.#openAll();
    return links;
  }

  readonly #onUnexpectedEnd: (code: number | null, signal: string | null) => void;

  private constructor(busPort: number, onUnexpectedEnd: (code: number | null, signal: string | null) => void) {
    this.#busPort = busPort;
    this.#onUnexpectedEnd = onUnexpectedEnd;
    this.#process = this.#launch();
  }

  #launch(): ChildProcess {
    const { command, args } = dieWithParent(process.execPath, [PROGRAM]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (done: LinkDone) => {
      const waiting = this.#open.get(done.seq);
      this.#open.delete(done.seq);
      if (done.error === undefined) waiting?.resolve(done);
      else waiting?.reject(broken(done.error));
    });
    child.once('exit', (code, signal) => {
      for (const { reject } of this.#open.values()) reject(broken('the process of the links has ended'));
      this.#open.clear();
      if (!this.#stopped) this.#onUnexpectedEnd(code, signal);
    });
    return child;
  }

  /** Where a link has had a port, the role still dials that one. */
  async #openAll(): Promise<void> {
    for (const [id, had] of this.#ports) {
      const again = had === 0 ? {} : { port: had };
      const { port } = await this.#order({ do: 'open', id, busPort: this.#busPort, ...again });
      this.#ports.set(id, port!);
    }
  }

  /** After an unexpected end: every link is there again at its port, and as good as new. */
  async startAgain(): Promise<void> {
    this.#process = this.#launch();
    await this.#openAll();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Where a role reaches the bus over its link. */
  urlOf({ role, id }: Target): string {
    return `nats://127.0.0.1:${this.#ports.get(`${role} ${id}`)}`;
  }

  /** `first`: the way that has the fault where only one has. */
  async set(role: Target, spec: LinkSpec, first: Way): Promise<void> {
    const fault: WayFault = {
      ...(spec.cut === true ? { cut: true } : {}),
      ...(spec.delayMs === undefined ? {} : { delayMs: spec.delayMs }),
      ...(spec.rateKbps === undefined ? {} : { rateKbps: spec.rateKbps }),
    };
    const id = `${role.role} ${role.id}`;
    await this.#order({ do: 'set', id, way: first, fault });
    if (spec.bothWays !== false) await this.#order({ do: 'set', id, way: first === 'up' ? 'down' : 'up', fault });
  }

  stop(): void {
    this.#stopped = true;
    if (this.#process.connected) this.#process.disconnect();
  }

  #order(order: WithoutSeq<LinkOrder>): Promise<LinkDone> {
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      this.#open.set(seq, { resolve, reject });
      this.#process.send({ ...order, seq }, (error) => {
        if (error !== null) reject(broken(error.message));
      });
    });
  }
}

function broken(reason: string): LabError {
  return new LabError('environment', `The links of the fabric are broken: ${reason}.`, 'Bring the fabric up anew.');
}
