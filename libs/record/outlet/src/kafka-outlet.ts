import { connect } from 'node:net';
import type { Admin, ICustomPartitioner, ISocketFactory, Kafka, Producer } from 'kafkajs';
import type { Outlet, OutletEvent } from './outlet.js';

export interface KafkaTimes {
  readonly connectMs: number;
  /** A request that takes longer is given up, and its connection with it. */
  readonly requestMs: number;
}

export const KAFKA_TIMES: KafkaTimes = { connectMs: 3_000, requestMs: 5_000 };

export interface KafkaPlace {
  /** `host:port` of some brokers; they tell of the others. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly times?: KafkaTimes;
}

/** From an `open` to the next. */
interface Session {
  readonly producer: Producer;
  /** The name of the cluster that was opened. */
  readonly cluster: string;
  /** Asks whoever answers now. */
  readonly askCluster: () => Promise<string>;
  /** A connection of the producer has ended since the cluster was asked for its name. */
  hasLostOne: boolean;
}

/** Every replica that is in step has it. */
const ALL_IN_STEP = -1;
const DISCONNECT_WITHIN_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;

/** Reads `host:port,host:port`. @throws RangeError naming what is no broker */
export function readBrokers(text: string): readonly string[] {
  const brokers = text.split(',').map((broker) => broker.trim());
  for (const broker of brokers) {
    const [, port = ''] = /^(?:[^\s:/]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(broker) ?? [];
    if (port === '' || Number(port) > 65_535) {
      const seen = JSON.stringify(broker.replace(/[^/]*@/, '…@'));
      throw new RangeError(`expected brokers as host:port,host:port, saw ${seen}`);
    }
  }
  return brokers;
}

/**
 * A topic of a Kafka cluster. An event's key is `<series>/<seq>`, and all of a series go to one partition, so that they
 * are read in their order. A failed request is not repeated here: whoever publishes opens again and knows what is next.
 * The client makes lost connections anew by itself, and then another cluster may answer, which has nothing of what was
 * published before: after each lost connection the cluster is asked for its name again.
 */
export class KafkaOutlet implements Outlet {
  readonly about: string;
  readonly #place: KafkaPlace;
  #session: Session | undefined;

  constructor(place: KafkaPlace) {
    this.about = `Kafka at ${place.brokers.join(',')}, topic ${place.topic}`;
    this.#place = place;
  }

  async open(): Promise<string> {
    await this.close();
    // Only who publishes loads it.
    const { default: kafkajs } = await import('kafkajs');
    const { brokers, topic, times: { connectMs, requestMs } = KAFKA_TIMES } = this.#place;
    const options = {
      clientId: 'rehearsal-archive',
      brokers: [...brokers],
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      // What is away is the publisher's business, who says so meanwhile.
      retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 500 },
      logCreator: () => () => undefined,
    };
    const askCluster = (): Promise<string> => clusterOf(new kafkajs.Kafka(options));
    const cluster = await askCluster();
    const socketFactory = connecting(() => {
      session.hasLostOne = true;
    });
    const producer = new kafkajs.Kafka({ ...options, socketFactory }).producer({
      createPartitioner: bySeries(kafkajs.Partitioners.DefaultPartitioner),
      maxInFlightRequests: 1,
    });
    const session: Session = { producer, cluster, askCluster, hasLostOne: false };
    this.#session = session;
    await producer.connect();
    return `kafka ${cluster} ${topic}`;
  }

  async publish(events: readonly OutletEvent[]): Promise<void> {
    const session = this.#session;
    if (session === undefined) throw new Error(`${this.about} is not open`);
    await this.#assertSame(session);
    await session.producer.send({
      topic: this.#place.topic,
      acks: ALL_IN_STEP,
      messages: events.map(({ series, seq, contentType, body }) => ({
        key: `${series}/${seq}`,
        value: body,
        headers: { 'content-type': contentType },
      })),
    });
    // Where it was lost meanwhile, nobody knows who took them.
    await this.#assertSame(session);
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await disconnected(session.producer);
  }

  async #assertSame(session: Session): Promise<void> {
    if (!session.hasLostOne) return;
    session.hasLostOne = false;
    const cluster = await session.askCluster().catch((error: unknown) => {
      session.hasLostOne = true;
      throw error;
    });
    if (cluster === session.cluster) return;
    session.hasLostOne = true;
    throw new Error(`another cluster answers at ${this.#place.brokers.join(',')}`);
  }
}

/** As the client connects by itself, but that the end of a connection is told. */
function connecting(onEnd: () => void): ISocketFactory {
  return ({ host, port, onConnect }) =>
    connect({ host, port }, onConnect).setKeepAlive(true, KEEP_ALIVE_MS).on('close', onEnd);
}

/** The name that a cluster keeps for life, whatever its brokers are called. */
async function clusterOf(kafka: Kafka): Promise<string> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).clusterId;
  } finally {
    await disconnected(admin);
  }
}

/** Waits a little for a client to say goodbye: a broker that does not answer must not hold up whoever leaves it. */
async function disconnected(client: Admin | Producer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DISCONNECT_WITHIN_MS);
  });
  await Promise.race([client.disconnect().catch(() => undefined), late]);
  clearTimeout(timer);
}

/** As other clients choose a partition by key, but for the key of the whole series. */
function bySeries(partitioner: ICustomPartitioner): ICustomPartitioner {
  return () => {
    const byKey = partitioner();
    return ({ message, ...rest }) => {
      const key = String(message.key);
      return byKey({ ...rest, message: { ...message, key: key.slice(0, key.lastIndexOf('/')) } });
    };
  };
}
