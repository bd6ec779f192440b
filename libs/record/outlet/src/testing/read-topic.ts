import { execFile } from 'node:child_process';

export interface ReadEvent {
  readonly key: string;
  readonly partition: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** All that a topic has, partition by partition in its order, as another client reads it. */
export function readTopic(broker: string, topic: string): Promise<readonly ReadEvent[]> {
  const args = ['-C', '-b', broker, '-t', topic, '-e', '-q', '-J', '-o', 'beginning'];
  return new Promise((resolve, reject) => {
    execFile('kcat', args, { maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const events = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const read = JSON.parse(line) as { key: string; partition: number; headers?: string[]; payload: string };
          return { key: read.key, partition: read.partition, headers: read.headers ?? [], body: read.payload };
        });
      resolve(events.sort((a, b) => a.partition - b.partition));
    });
  });
}
