import {
  ARCHIVE_REFUSED,
  ArchiveRole,
  CheckpointSigner,
  CommitOutlet,
  FlowArchiver,
  openArchive,
} from '@rehearsal/archive';
import { kafkaOutletsOf } from '@rehearsal/outlet';
import { flowStreamName, logStreamName } from '@rehearsal/protocol';
import { checked, EXIT_ENVIRONMENT } from '@rehearsal/service';
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
    const kafka = kafkaOutletsOf(process.env);
    return new ArchiveRole(runtime, {
      key: { run, stream: logStreamName(place.fabric, place.site) },
      open: () => openArchive({ databaseUrl, dir }),
      after: {
        ...(config.settings['flow.records'] && {
          flows: new FlowArchiver(runtime, flowStreamName(place.fabric, place.site)),
        }),
        ...(kafka && { outlet: new CommitOutlet(kafka.commits, place, runtime) }),
        ...(checkpoints && {
          checkpoints: new CheckpointSigner({ ...checkpoints, place, outlet: kafka?.checkpoints }, runtime),
        }),
      },
    });
  },
};
