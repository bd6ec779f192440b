import { Controller, Inject } from '@nestjs/common';
import { BaseRpcContext, Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { LiveRuntime } from '@rehearsal/bus';
import type { TraceSpan } from '@rehearsal/bus/tracing';
import type { Command, CommandReply, Role } from '@rehearsal/kernel';
import { z } from 'zod';
import { COMMAND } from './bus-transport.js';
import { ROLE, RUNTIME } from './tokens.js';
import { ZodPipe } from './zod.pipe.js';

const commandSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  args: z.record(z.string(), z.unknown()).optional(),
});

/** Commands of operators and the lab, each answered once, with a result or a reason. */
@Controller()
export class CommandController {
  readonly #role: Role;
  readonly #runtime: LiveRuntime;

  constructor(@Inject(ROLE) role: Role, @Inject(RUNTIME) runtime: LiveRuntime) {
    this.#role = role;
    this.#runtime = runtime;
  }

  @MessagePattern(COMMAND)
  command(
    @Payload(new ZodPipe(commandSchema)) given: z.infer<typeof commandSchema>,
    @Ctx() context: BaseRpcContext<[TraceSpan | undefined]>,
  ): Promise<CommandReply> {
    const command: Command = { id: given.id, name: given.name, args: given.args ?? {} };
    return new Promise((resolve) => {
      const [span] = context.getArgs();
      const { role, id } = this.#runtime.self;
      span?.rename(`${role} ${id}: ${given.name}`);
      this.#runtime.atTurnEnd(() =>
        this.#runtime.within(span?.traceparent, () => this.#role.command(command, resolve)),
      );
    });
  }
}
