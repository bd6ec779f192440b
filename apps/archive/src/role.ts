import {
  ARCHIVE_REFUSED,
  ArchiveRole,
  CheckpointSigner,
  CommitOutlet,
  FlowArchiver,
  openArchive,
} from '@rehearsal/archive';
import { KafkaOutlet, readBrokers } from '@rehearsal/outlet';
import { flowStreamName, logStreamName } from '@rehearsal/protocol';
import { BadInput, checked, EXIT_ENVIRONMENT } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const ownConfig = z.looseObject({
  /** Under which run the log is archived. */
  run: z.string().min(1),
  /** Where the archive is kept when no server is named. */
  archiveDir: z.string().min(1),
  /** Where the key is that signs it, where checkpoints are published, and how often. */
  checkpoints: z
    .strictObject({ keyFile: z.string().min(1), file: z.string().min(1), everyMs: z.int().min(1) })
    .optional(),
});

const COMMITS_TOPIC = 'rehearsal.commits';
const CHECKPOINTS_TOPIC = 'rehearsal.checkpoints';

/**
 * The archive of a site's log: on the server that DATABASE_URL names, else in a folder of the run. Where KAFKA_BROKERS
 * names some it is published there, in the topic that KAFKA_TOPIC names, and its checkpoints in KAFKA_CHECKPOINT_TOPIC.
 */
export const hosted: HostOptions = {
  role: 'archive',
  exitCodes: { [ARCHIVE_REFUSED]: EXIT_ENVIRONMENT },
  createRole: (runtime, config, file) => {
    const { run, archiveDir: dir, checkpoints } = checked(file, ownConfig, config);
    const databaseUrl = process.env['DATABASE_URL'];
    const place = { fabric: config.fabric, run, site: config.site };
    const brokers = brokersOf(process.env['KAFKA_BROKERS']);
    const topicOf = (name: string, unnamed: string): KafkaOutlet | undefined =>
      brokers && new KafkaOutlet({ brokers, topic: process.env[name] || unnamed });
    const outlet = topicOf('KAFKA_TOPIC', COMMITS_TOPIC);
    const published = { place, outlet: topicOf('KAFKA_CHECKPOINT_TOPIC', CHECKPOINTS_TOPIC) };
    return new ArchiveRole(runtime, {
      key: { run, stream: logStreamName(place.fabric, place.site) },
      open: () => openArchive({ databaseUrl, dir }),
      after: {
        ...(config.settings['flow.records'] && {
          flows: new FlowArchiver(runtime, flowStreamName(place.fabric, place.site)),
        }),
        ...(outlet && { outlet: new CommitOutlet(outlet, place, runtime) }),
        ...(checkpoints && { checkpoints: new CheckpointSigner({ ...checkpoints, ...published }, runtime) }),
      },
    });
  },
};

function brokersOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return readBrokers(text);
  } catch (error) {
    throw new BadInput(`KAFKA_BROKERS: ${(error as Error).message}`, { cause: error });
  }
}
