import { createConnection, createServer, type Socket } from 'node:net';
import { LabError } from '@rehearsal/lab-port/lab-error';

/** What a command leaves behind: as of a process. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Hears of a command while it is carried out. */
export interface Listener {
  /** One line for people. */
  say(line: string): void;
  /** Text of its standard output, before the rest of it. */
  out(text: string): void;
}

/** Carries out a command line on the lab. `gone` is aborted when whoever asked has gone away. */
export type Answer = (
  argv: readonly string[],
  to: Listener,
  gone: AbortSignal,
  context: AskContext,
) => Promise<Outcome>;

/** Where whoever asks stands. */
export interface AskContext {
  readonly cwd: string;
  /** The trace it is part of, as in the header of that name (W3C Trace Context). */
  readonly traceparent?: string;
}

type Line =
  | { readonly heard: true }
  | { readonly say: string }
  | { readonly out: string }
  | { readonly outcome: Outcome };

/** A living process hears at once; one that was stopped in its tracks never does. */
const HEARD_WITHIN_MS = 10_000;
const LAST_WORDS_MS = 2_000;

/** Listens on a free port of the loopback interface. */
export async function serveLab(
  token: string,
  answer: Answer,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, token, answer);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control port has no number');
  return {
    port: address.port,
    close: () =>
      new Promise<void>((done) => {
        // Whoever has been answered may still be reading; nobody else hears anything more.
        const late = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, LAST_WORDS_MS);
        for (const socket of sockets) if (!socket.writableEnded) socket.destroy();
        server.close(() => {
          clearTimeout(late);
          done();
        });
      }),
  };
}

function serve(socket: Socket, token: string, answer: Answer): void {
  let text = '';
  let isAsked = false;
  const gone = new AbortController();
  const tell = (line: Line): void => void (socket.writable && socket.write(`${JSON.stringify(line)}\n`));
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('close', () => gone.abort());
  socket.on('data', (part: string) => {
    text += part;
    const end = text.indexOf('\n');
    if (end < 0 || isAsked) return;
    isAsked = true;
    let asked: {
      readonly token?: unknown;
      readonly argv?: unknown;
      readonly cwd?: unknown;
      readonly traceparent?: unknown;
    };
    try {
      asked = JSON.parse(text.slice(0, end)) as typeof asked;
    } catch {
      socket.destroy();
      return;
    }
    if (asked.token !== token || !Array.isArray(asked.argv)) {
      socket.destroy();
      return;
    }
    tell({ heard: true });
    const to: Listener = { say: (say) => tell({ say }), out: (out) => tell({ out }) };
    const cwd = typeof asked.cwd === 'string' ? asked.cwd : process.cwd();
    const traced = typeof asked.traceparent === 'string' ? { traceparent: asked.traceparent } : {};
    answer(asked.argv.map(String), to, gone.signal, { cwd, ...traced }).then(
      (outcome) => socket.end(`${JSON.stringify({ outcome } satisfies Line)}\n`),
      (error: unknown) => {
        const what = error instanceof Error ? error.message : String(error);
        const stderr = `rehearse: The fabric's process made a mistake: ${what.split('\n')[0]}. See its supervisor.log.\n`;
        socket.end(`${JSON.stringify({ outcome: { status: 3, stdout: '', stderr } } satisfies Line)}\n`);
      },
    );
  });
}

const DEAF: Listener = { say: () => {}, out: () => {} };

/** Has a running lab carry out a command line. @throws LabError (environment) where it goes away */
export function askLab(
  lab: { readonly name: string; readonly port: number; readonly token: string },
  argv: readonly string[],
  to: Listener = DEAF,
  traceparent?: string,
): Promise<Outcome> {
  return new Promise((done, failed) => {
    const socket = createConnection(lab.port, '127.0.0.1');
    let text = '';
    let outcome: Outcome | undefined;
    const silent = setTimeout(() => {
      socket.destroy();
      const remedy = `Take it down: rehearse down --force --name ${lab.name}.`;
      failed(new LabError('environment', `Fabric ${lab.name} does not answer.`, remedy));
    }, HEARD_WITHIN_MS);
    const take = (line: Line): void => {
      clearTimeout(silent);
      if ('say' in line) to.say(line.say);
      else if ('out' in line) to.out(line.out);
      else if ('outcome' in line) outcome = line.outcome;
    };
    socket.setEncoding('utf8');
    socket.on('connect', () =>
      socket.write(`${JSON.stringify({ token: lab.token, argv, cwd: process.cwd(), traceparent })}\n`),
    );
    socket.on('data', (part: string) => {
      text += part;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) take(JSON.parse(line) as Line);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silent);
      if (outcome !== undefined) done(outcome);
      else
        failed(
          new LabError('environment', `Fabric ${lab.name} went away without an answer.`, 'See how its run ended.'),
        );
    });
  });
}

/** Whether anybody listens at a port: a process number may belong to another by now. */
export function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(port, '127.0.0.1');
    const end = (yes: boolean): void => {
      socket.destroy();
      done(yes);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
