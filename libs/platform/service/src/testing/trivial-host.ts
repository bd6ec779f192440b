/** A program that hosts a member without duties, for the specs of the host. */
import type { CommandReply, Health, Role, Runtime } from '@rehearsal/kernel';
import { BadInput } from '../host-config.js';
import { runHost } from '../run-host.js';

class TrivialRole implements Role {
  readonly #runtime: Runtime;
  #ready = true;
  #answerLater: (() => void) | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  start(): void {
    this.#runtime.log.follow('', 1, () => this.#runtime.count('commits_seen', 1));
    this.#runtime.count('weight_now', 7);
    this.#runtime.note('info', 'role_started', {});
  }

  health(): Health {
    return { ready: this.#ready, detail: { duties: 0 } };
  }

  command(
    command: { name: string; args: Readonly<Record<string, unknown>> },
    done: (reply: CommandReply) => void,
  ): void {
    this.#runtime.count('commands', 1);
    if (command.name === 'echo') done({ ok: true, body: command.args });
    else if (command.name === 'miscount') {
      this.#runtime.count('no name', 1);
      done({ ok: true, body: null });
    } else if (command.name === 'unready') {
      this.#ready = false;
      done({ ok: true, body: null });
    } else if (command.name === 'break') throw new Error('broken on request');
    else if (command.name === 'trespass') {
      this.#runtime.lane('data.outside', { maxInFlightBytes: 1_000 }).send(new Uint8Array(4));
    } else if (command.name === 'atStop') this.#answerLater = () => done({ ok: true, body: 'stopping' });
    else done({ ok: false, reason: `there is no command ${command.name}` });
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.#runtime.note('info', 'role_stopping', {});
    this.#answerLater?.();
    this.#runtime.after(20, () => {
      this.#runtime.note('info', 'role_stopped', {});
      done();
    });
  }
}

await runHost({
  role: 'member',
  createRole: (runtime, config, file) => {
    if (config['refuse'] !== undefined) throw new BadInput(`${file}: refuse: leave it out`);
    return new TrivialRole(runtime);
  },
});
