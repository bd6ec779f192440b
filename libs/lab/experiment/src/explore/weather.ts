import type { Rng } from '@rehearsal/kernel';
import { magnitude, onceIn, pick } from './chance.js';

/**
 * Chances of the simulated world, by the names the simulator has for them, and the range each is drawn from.
 * Ratios are per million messages, turns or appends.
 */
const RANGES = {
  messageUs: [20, 2_000],
  lossPerMillion: [10, 20_000],
  duplicatePerMillion: [10, 20_000],
  reorderPerMillion: [10, 20_000],
  clogPerMillion: [1, 400],
  stallPerMillionTurns: [1, 100],
  clockOffsetMaxMs: [1, 500],
  clockDriftMaxPpm: [1, 1_000],
  appendLostPerMillion: [1_000, 300_000],
  appendAnswerLostPerMillion: [1_000, 300_000],
  appendSlowPerMillion: [1_000, 100_000],
  followLagPerMillion: [1_000, 200_000],
  redeliverPerMillion: [1_000, 300_000],
  reconnectMaxMs: [10, 1_000],
  logRecoverMs: [1, 2_000],
  processStartMaxMs: [1, 500],
} as const;

/** How far the chances above reach; without effect where their chance is nil. */
const REACHES = {
  clogMaxMs: [10, 300],
  stallMaxMs: [10, 500],
  appendSlowMaxMs: [10, 3_000],
  appendTimeoutMs: [100, 2_000],
  followLagMaxMs: [5, 300],
} as const;

export type Weather = { readonly [K in keyof typeof RANGES | keyof typeof REACHES]?: number } & {
  readonly appendChecksFirst?: 'message-id' | 'sequence';
};

/** Names of all that weather may have. */
export const WEATHER_NAMES = [...Object.keys(RANGES), ...Object.keys(REACHES), 'appendChecksFirst'];

/** Some of it, each as strong as chance has it; one time in four the weather is calm. */
export function drawWeather(rng: Rng): Weather {
  if (onceIn(rng, 4)) return {};
  const drawn: Record<string, number | string> = {};
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    if (onceIn(rng, 2)) drawn[name] = magnitude(rng, least, most);
  }
  for (const [name, [least, most]] of Object.entries(REACHES)) drawn[name] = magnitude(rng, least, most);
  drawn['appendChecksFirst'] = pick(rng, ['message-id', 'sequence']);
  return drawn as Weather;
}

/** So long a fabric may take to come up where the log answers. */
const UP_WITHIN_MS = 30_000;
/** Decisions that wait for one another while a fabric comes up, each for the log: an append, and a look at what became of it. */
const LOG_WAITS_IN_A_ROW = 2 * 24;

/**
 * How long a fabric may take to come up, in ms. What the log loses costs whoever asked its whole timeout, and is asked
 * again, which may be lost in its turn; so for every decision that many timeouts are to be expected.
 */
export function comesUpWithinMs(weather: Weather): number {
  const { appendLostPerMillion: lost = 0, appendAnswerLostPerMillion: unanswered = 0 } = weather;
  const { appendTimeoutMs = REACHES.appendTimeoutMs[1] } = weather;
  const timeouts = (lost + unanswered) / (1_000_000 - lost - unanswered);
  return UP_WITHIN_MS + Math.ceil(LOG_WAITS_IN_A_ROW * timeouts * appendTimeoutMs);
}
