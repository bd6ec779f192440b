import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, WritePacket } from '@nestjs/microservices';
import type { LiveRuntime } from '@rehearsal/bus';
import type { TraceSpan } from '@rehearsal/bus/tracing';
import type { Cancel, CommandReply } from '@rehearsal/kernel';
import { controlSubject } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';

/** The pattern under which the controller takes commands. */
export const COMMAND = 'command';

/**
 * Brings commands from `ctl.<role>.<id>` to Nest over the connection the role already has: one key,
 * one view of whether the bus is up, and a drain in an order of our own.
 */
export class BusTransport extends Server implements CustomTransportStrategy {
  readonly #runtime: LiveRuntime;
  #cancel: Cancel | undefined;

  constructor(runtime: LiveRuntime) {
    super();
    this.#runtime = runtime;
  }

  listen(callback: () => void): void {
    const { role, id } = this.#runtime.self;
    this.#cancel = this.#runtime.answer(controlSubject(role as RoleName, id), undefined, (body, reply, span) => {
      this.#handle(body, span, (answer) => reply(encoder.encode(JSON.stringify(answer))));
    });
    callback();
  }

  /** Takes no more commands; those taken are still answered. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  on(): never {
    throw new Error('this transport has no events: watch the runtime with onBus');
  }

  unwrap<T>(): T {
    return this.#runtime as T;
  }

  #handle(body: Uint8Array, span: TraceSpan | undefined, answer: (reply: CommandReply) => void): void {
    let payload: unknown;
    try {
      payload = JSON.parse(decoder.decode(body));
    } catch {
      answer({ ok: false, reason: 'the command is no JSON' });
      return;
    }
    const handler = this.getHandlerByPattern(COMMAND);
    if (!handler) {
      answer({ ok: false, reason: 'this process takes no commands' });
      return;
    }
    const context = new BaseRpcContext<[TraceSpan | undefined]>([span]);
    const respond = (packet: WritePacket): void => {
      if (packet.err) answer({ ok: false, reason: reasonOf(packet.err) });
      else if (packet.response !== undefined) answer(packet.response as CommandReply);
    };
    this.handleRequest(context, async () => this.transformToObservable(await handler(payload, context)), respond);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : 'the command failed';
}
