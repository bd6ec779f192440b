/** What is published: a commit as a CloudEvent, or a signed checkpoint. */
export interface OutletEvent {
  /** What it is one of, a run's log for example: events of one series are kept in their order. */
  readonly series: string;
  /** Its place in the series, from 1 and rising; with the series it is the event's key. */
  readonly seq: number;
  /** Media type of the body. */
  readonly contentType: string;
  readonly body: string;
}

/** Where events are handed to others. */
export interface Outlet {
  /** For people, without secrets: `Kafka at 127.0.0.1:9092, topic rehearsal.commits`. */
  readonly about: string;
  /**
   * Connects, and answers with the lasting name of where it publishes to: what was taken there under another name is
   * not there.
   */
  open(): Promise<string>;
  /** Resolves once all are kept there, in their order. Where it fails the first few of them may be there, or all. */
  publish(events: readonly OutletEvent[]): Promise<void>;
  /** Lets go of the connection; it can be opened again. */
  close(): Promise<void>;
}
