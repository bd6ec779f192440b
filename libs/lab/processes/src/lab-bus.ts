import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { FabricPlan, LinkSpec, ProcessBook, Target } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port';
import { BUS } from './bus-target.js';
import { raisePriority } from './child.js';
import { nowMs } from './clock.js';
import type { Happenings } from './happenings.js';
import { Links } from './links/links.js';
import { notUp } from './refusals.js';

/** A bus, or the links to it, that ended by itself is started again after so long, and tried again so often. */
const BUS_AGAIN_MS = 500;
const BUS_RETRY_MS = 2_000;

export interface LabBusParts {
  readonly plan: FabricPlan;
  readonly dir: string;
  /** Whether roles reach it over links. */
  readonly links: boolean;
  /** Whether the log is archived. */
  readonly archive: boolean;
  readonly tracer: Tracer | undefined;
  readonly book: ProcessBook;
  readonly happenings: Happenings;
  /** Whether what ends by itself is started again. */
  readonly isWanted: () => boolean;
}

/** The bus of a fabric, the links to it, and the lab's own connection: started, ended, and started again. */
export class LabBus {
  /** How often it or its links ended by themselves. */
  ends = 0;
  isUp = false;
  isLimited = false;
  private readonly parts: LabBusParts;
  private server: NatsServer | undefined;
  private links: Links | undefined;
  private rt: LiveRuntime | undefined;
  private revival: NodeJS.Timeout | undefined;

  constructor(parts: LabBusParts) {
    this.parts = parts;
  }

  /** The lab's own connection. */
  get runtime(): LiveRuntime {
    if (this.rt === undefined) throw notUp();
    return this.rt;
  }

  /** Where other processes of this machine reach it, and with which key. */
  get access(): { readonly natsUrl: string; readonly seedFile: string } {
    const server = this.started();
    return { natsUrl: server.url, seedFile: server.seedFile('lab', 'lab') };
  }

  /** Where a role reaches it, over its link if there are any, and with which key. */
  accessOf({ role, id }: FabricPlan['roles'][number]): { readonly natsUrl: string; readonly nkeySeedFile: string } {
    const server = this.started();
    return { natsUrl: this.links?.urlOf({ role, id }) ?? server.url, nkeySeedFile: server.seedFile(role, id) };
  }

  /** Holds its configuration, keys and store. */
  get dir(): string {
    return join(this.parts.dir, 'bus');
  }

  /** Where the archive reaches it, and with which key. */
  get archiveAccess(): { readonly natsUrl: string; readonly nkeySeedFile: string } {
    const server = this.started();
    return { natsUrl: server.url, nkeySeedFile: server.seedFile('archive', '1') };
  }

  async start(): Promise<void> {
    const { plan, dir, book, happenings } = this.parts;
    this.server = await NatsServer.start({
      dir: this.dir,
      fabric: plan.fabric,
      site: plan.site,
      users: [
        ...plan.roles.map(({ role, id }) => ({ role, id })),
        ...(this.parts.archive ? [{ role: 'archive', id: '1' } as const] : []),
        { role: 'lab', id: 'lab' },
      ],
      logMaxBytes: plan.settings['log.maxBytes'],
      flowMaxBytes: plan.settings['flow.records'] ? plan.settings['flow.maxBytes'] : undefined,
      onUnexpectedEnd: (code, signal) => this.onEnd(code, signal),
    }).catch((error: unknown) => {
      throw busRefusal(error, join(dir, 'bus'));
    });
    book.note('bus', this.server.pid);
    raisePriority(this.server.pid);
    this.isUp = true;
    happenings.say(`bus runs (pid ${this.server.pid})`);
    writeFileSync(join(dir, 'access.json'), JSON.stringify(this.access), { mode: 0o600 });
    if (this.parts.links) {
      this.links = await Links.start(this.server.url, plan.roles, (...how) => this.onLinksEnd(...how));
      book.note('links', this.links.pid);
      raisePriority(this.links.pid);
    }
    this.rt = await this.connect(this.server);
  }

  /** Ends it; nothing but a restart starts it again. */
  async kill(): Promise<void> {
    this.isUp = false;
    clearTimeout(this.revival);
    await this.server?.kill();
  }

  hang(): void {
    this.server?.hang();
  }

  resume(): void {
    this.server?.resume();
  }

  async restart(): Promise<void> {
    clearTimeout(this.revival);
    if (this.isUp) await this.server?.kill();
    this.isUp = false;
    await this.startAgain();
  }

  assertLinks(): Links {
    if (this.links !== undefined) return this.links;
    throw new LabError(
      'environment',
      'This fabric was brought up without links that can be touched, which cost time with each message.',
      'Conduct an experiment that names the fault, or one that says links: true.',
    );
  }

  setLink(role: Target, spec: LinkSpec, way: 'up' | 'down'): Promise<void> {
    return this.assertLinks().set(role, spec, way);
  }

  async limitLog(roomBytes: number | null): Promise<void> {
    await this.server?.limitLog(roomBytes).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LabError('environment', `The log cannot be given another size: ${reason}.`, 'Start the bus first.');
    });
    this.isLimited = roomBytes !== null;
  }

  /** Nothing starts it again from here on. */
  prepareEnd(): void {
    clearTimeout(this.revival);
    // A stopped process hears no word to end.
    this.server?.resume();
  }

  async stop(): Promise<void> {
    await this.rt?.drain();
    await this.server?.stop();
    this.links?.stop();
    this.isUp = false;
  }

  private started(): NatsServer {
    if (this.server === undefined) throw notUp();
    return this.server;
  }

  private async startAgain(): Promise<void> {
    const server = this.started();
    await server.startAgain();
    this.parts.book.note('bus', server.pid);
    raisePriority(server.pid);
    this.isUp = true;
    this.parts.happenings.say(`bus runs again (pid ${server.pid})`);
  }

  private onEnd(code: number | null, signal: string | null): void {
    if (!this.parts.isWanted()) return;
    this.isUp = false;
    this.ends++;
    this.parts.happenings.noteEnd(BUS, this.ends, { code, signal });
    this.reviveLater(() => this.startAgain(), 'bus', BUS_AGAIN_MS);
  }

  private onLinksEnd(code: number | null, signal: string | null): void {
    const { links } = this;
    const { book, happenings, isWanted } = this.parts;
    if (!isWanted() || links === undefined) return;
    this.ends++;
    happenings.noteEnd(BUS, this.ends, { code, signal, part: 'links' });
    const again = async (): Promise<void> => {
      await links.startAgain();
      book.note('links', links.pid);
      raisePriority(links.pid);
      happenings.say(`links run again (pid ${links.pid})`);
    };
    this.reviveLater(again, 'links', BUS_AGAIN_MS);
  }

  private reviveLater(again: () => Promise<void>, what: string, afterMs: number): void {
    this.revival = setTimeout(() => {
      if (!this.parts.isWanted()) return;
      again().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.parts.happenings.say(`${what} did not come back: ${reason}`);
        this.reviveLater(again, what, BUS_RETRY_MS);
      });
    }, afterMs);
  }

  private connect(server: NatsServer): Promise<LiveRuntime> {
    const { plan, tracer, happenings } = this.parts;
    return LiveRuntime.connect({
      self: { fabric: plan.fabric, site: plan.site, role: 'lab', id: 'lab', incarnation: 1 },
      natsUrl: server.url,
      tracer,
      nkeySeed: readSeed(server.seedFile('lab', 'lab')),
      note: (level, code, fields) =>
        happenings.notes.push({ atMs: nowMs(), role: 'lab', id: 'lab', incarnation: 1, level, code, fields }),
      fatal: (code, fields) => happenings.say(`the lab's own connection failed: ${code} ${JSON.stringify(fields)}`),
    });
  }
}

/** Why there is no bus, in a line. */
function busRefusal(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof LabError || 'code' in error) return error;
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const why = lines.length > 1 ? `${lines[0]}: ${lines.at(-1)!.replace(/^\[\d+\] \S+ \S+ /, '')}` : lines[0];
  return new LabError('environment', `The bus does not start: ${why}.`, `See ${dir}, and: nats-server --version.`);
}
