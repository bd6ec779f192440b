import { connectionHash, ConnectionTable, FLOW, FlowRecorder } from '@rehearsal/dataplane';

const MEMBER = 1;
const LIFE = 100;
const TCP = 6;
const ESTABLISHED = 3 << 8;

/** A member with one connection that is copied again and again: for whoever takes batches and reads them. */
export class BatchWriter {
  readonly #flows: FlowRecorder;
  readonly #entry: number;

  constructor() {
    const table = new ConnectionTable({ capacity: 1, slots: 8, baseMs: 0 });
    this.#flows = new FlowRecorder(table, { isOn: true, maxBatches: 4, member: MEMBER });
    this.#flows.under(1, LIFE);
    this.#entry = table.insert(connectionHash(1, 2, 3, TCP), 1, 2, 3, TCP, ESTABLISHED, 1, 0, 0);
  }

  /** The next batch of so many records, which are numbered on. */
  batch(records: number): Uint8Array {
    for (let i = 0; i < records; i++) this.#flows.tell(FLOW.in_step, this.#entry, 0, 2);
    let batch: Uint8Array = new Uint8Array();
    this.#flows.take((bytes) => (batch = bytes).length > 0);
    return batch;
  }
}
