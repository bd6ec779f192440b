import type { PubAck } from '@nats-io/jetstream';
import { parseAnswer } from './js-api.js';
import type { JsApi, JsReply, JsTimers } from './js-api.js';

/** Reports under way at most. */
const MAX_UNDER_WAY = 32;
/** A report that may not have been stored is sent again after so long. */
const AGAIN_MS = 500;

interface Report {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly id: string;
}

/**
 * Reports on their way to a stream that keeps them. Each is sent until the stream says that it has it, under an id that
 * the stream knows a repetition by; so it is there once, and one that was sent again may stand behind later ones.
 */
export class Reports {
  readonly #api: JsApi;
  readonly #timers: JsTimers;
  /** Unique per process start. */
  readonly #uniqueName: string;
  readonly #unsettled: Report[] = [];
  #underWay = 0;
  #numbered = 0;

  constructor(api: JsApi, timers: JsTimers, uniqueName: string) {
    this.#api = api;
    this.#timers = timers;
    this.#uniqueName = uniqueName;
  }

  /** False: too much is under way, or the bus is away. The bytes must not change after. */
  send(subject: string, bytes: Uint8Array): boolean {
    if (!this.#api.up || this.#underWay >= MAX_UNDER_WAY) return false;
    this.#underWay++;
    this.#send({ subject, bytes, id: `${this.#uniqueName}.${++this.#numbered}` });
    return true;
  }

  busUp(): void {
    for (const report of this.#unsettled.splice(0)) this.#send(report);
  }

  #send(report: Report): void {
    this.#api.request(report.subject, report.bytes, { 'Nats-Msg-Id': report.id }, (reply) => {
      if (isStored(reply)) this.#underWay--;
      else if (!this.#api.up) this.#unsettled.push(report);
      else this.#timers.after(AGAIN_MS, () => this.#again(report));
    });
  }

  #again(report: Report): void {
    if (this.#api.up) this.#send(report);
    else this.#unsettled.push(report);
  }
}

function isStored(reply: JsReply): boolean {
  if (reply.kind === 'unknown') return false;
  const answer = parseAnswer<PubAck>(reply.message);
  return answer !== undefined && 'value' in answer && Number.isSafeInteger(answer.value.seq);
}
