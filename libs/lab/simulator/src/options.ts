import type { Settings } from '@rehearsal/kernel';

/**
 * What the simulated world does to a fabric. Every number is a plain value with its unit in its
 * name; every choice is drawn from the seed. Ratios are per million messages, turns or appends.
 */
export interface SimOptions {
  /** Way of a message from one process to another, at least. */
  readonly messageUs: number;
  /** Up to so much more, by chance. */
  readonly messageJitterUs: number;
  readonly lossPerMillion: number;
  readonly duplicatePerMillion: number;
  /** So many messages may overtake those before them. */
  readonly reorderPerMillion: number;
  /** Now and then a way is clogged, and lets everything through at once up to `clogMaxMs` later. */
  readonly clogPerMillion: number;
  readonly clogMaxMs: number;
  /** The bus knows after this long that a process is gone. */
  readonly undeliverableUs: number;
  /** Unread bytes a process's socket holds before messages are lost. */
  readonly socketBufferBytes: number;

  readonly cpuNsPerMessage: number;
  readonly cpuNsPerPacket: number;
  /** A turn may be followed by a stall, of garbage collection for example. */
  readonly stallPerMillionTurns: number;
  readonly stallMaxMs: number;
  readonly clockOffsetMaxMs: number;
  readonly clockDriftMaxPpm: number;
  /** Time from the start of a process to its first line of code. */
  readonly processStartMaxMs: number;

  /** From an append to its answer. */
  readonly appendUs: number;
  readonly appendLostPerMillion: number;
  readonly appendAnswerLostPerMillion: number;
  /** So many appends are stored up to `appendSlowMaxMs` later; longer than the timeout is possible. */
  readonly appendSlowPerMillion: number;
  readonly appendSlowMaxMs: number;
  readonly appendTimeoutMs: number;
  /**
   * Servers check the message id or the expected sequence first; a retry of a stored commit meets
   * `duplicate` on the one and a conflict on the other.
   */
  readonly appendChecksFirst: 'message-id' | 'sequence';
  /** A process hears of a commit late, up to `followLagMaxMs`; 0 keeps all followers in step. */
  readonly followLagPerMillion: number;
  readonly followLagMaxMs: number;
  /** Room in the log. */
  readonly logMaxBytes: number;
  readonly redeliverMs: number;
  /** Work that is handed out again although it was acknowledged. */
  readonly redeliverPerMillion: number;
  readonly busRestartMs: number;
  /** After a restart the log answers this much later than the bus. */
  readonly logRecoverMs: number;
  readonly reconnectMaxMs: number;

  /**
   * Of so many messages one is watched: the run stops when it is changed after `send` or by who hears it, and it
   * is spoilt after the call; 0 watches none.
   */
  readonly checkBytesOneIn: number;
  /** Stops the run at a stored commit that does not follow the last of its stream. */
  readonly checkCommits: boolean;
}

/** A fabric whose network does nothing worse than take time: what the settings `sim.*` say. */
export function calmOptions(settings: Settings): SimOptions {
  return {
    messageUs: settings['sim.messageUs'],
    messageJitterUs: settings['sim.messageUs'] >> 1,
    lossPerMillion: 0,
    duplicatePerMillion: 0,
    reorderPerMillion: 0,
    clogPerMillion: 0,
    clogMaxMs: 0,
    undeliverableUs: settings['sim.undeliverableUs'],
    socketBufferBytes: 8 << 20,
    cpuNsPerMessage: settings['sim.cpuNsPerMessage'],
    cpuNsPerPacket: settings['sim.cpuNsPerPacket'],
    stallPerMillionTurns: 0,
    stallMaxMs: 0,
    clockOffsetMaxMs: 5,
    clockDriftMaxPpm: 50,
    processStartMaxMs: 20,
    appendUs: settings['sim.appendUs'],
    appendLostPerMillion: 0,
    appendAnswerLostPerMillion: 0,
    appendSlowPerMillion: 0,
    appendSlowMaxMs: 0,
    appendTimeoutMs: 2000,
    appendChecksFirst: 'message-id',
    followLagPerMillion: 0,
    followLagMaxMs: 0,
    logMaxBytes: settings['log.maxBytes'],
    redeliverMs: settings['sim.redeliverMs'],
    redeliverPerMillion: 0,
    busRestartMs: 500,
    logRecoverMs: 300,
    reconnectMaxMs: 40,
    checkBytesOneIn: 8,
    checkCommits: true,
  };
}

/** A world in which everything goes wrong now and then; for tests that search many seeds. */
export function roughOptions(settings: Settings): SimOptions {
  return {
    ...calmOptions(settings),
    lossPerMillion: 500,
    duplicatePerMillion: 500,
    reorderPerMillion: 500,
    clogPerMillion: 50,
    clogMaxMs: 60,
    stallPerMillionTurns: 20,
    stallMaxMs: 120,
    clockOffsetMaxMs: 50,
    clockDriftMaxPpm: 200,
    appendLostPerMillion: 100_000,
    appendAnswerLostPerMillion: 100_000,
    appendSlowPerMillion: 50_000,
    appendSlowMaxMs: 3000,
    appendTimeoutMs: 300,
    appendChecksFirst: 'sequence',
    followLagPerMillion: 50_000,
    followLagMaxMs: 80,
    redeliverPerMillion: 100_000,
  };
}
