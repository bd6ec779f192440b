import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { LiveRuntime } from '@rehearsal/bus';
import type { Role } from '@rehearsal/kernel';
import { CommandController } from './command.controller.js';
import type { HostConfig } from './host-config.js';
import { HOST_CONFIG, ROLE, RUNTIME } from './tokens.js';

export interface HostedRole {
  readonly config: HostConfig;
  /** Connects to the world; called once. */
  readonly connect: () => Promise<LiveRuntime>;
  readonly createRole: (runtime: LiveRuntime, config: HostConfig) => Role;
}

/** Everything around one role in one process: its runtime, its configuration, and its commands. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a module with options is a class with a factory
export class RoleHostModule {
  static forRole({ config, connect, createRole }: HostedRole): DynamicModule {
    return {
      module: RoleHostModule,
      controllers: [CommandController],
      providers: [
        { provide: HOST_CONFIG, useValue: config },
        { provide: RUNTIME, useFactory: connect },
        { provide: ROLE, useFactory: createRole, inject: [RUNTIME, HOST_CONFIG] },
      ],
      exports: [RUNTIME, ROLE],
    };
  }
}
