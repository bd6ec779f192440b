import { ARCHIVE_REFUSED, ArchiveRole, CommitOutlet, openArchive } from '@rehearsal/archive';
import { KafkaOutlet, readBrokers } from '@rehearsal/outlet';
import { logStreamName } from '@rehearsal/protocol';
import { BadInput, checked, EXIT_ENVIRONMENT } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const ownConfig = z.looseObject({
  /** Under which run the log is archived. */
  run: z.string().min(1),
  /** Where the archive is kept when no server is named. */
  archiveDir: z.string().min(1),
});

const COMMITS_TOPIC = 'rehearsal.commits';

/**
 * The archive of a site's log: on the server that DATABASE_URL names, else in a folder of the run. Where KAFKA_BROKERS
 * names some it is published there, in the topic that KAFKA_TOPIC names.
 */
export const hosted: HostOptions = {
  role: 'archive',
  exitCodes: { [ARCHIVE_REFUSED]: EXIT_ENVIRONMENT },
  createRole: (runtime, config, file) => {
    const { run, archiveDir: dir } = checked(file, ownConfig, config);
    const databaseUrl = process.env['DATABASE_URL'];
    const { fabric, site } = config;
    const brokers = brokersOf(process.env['KAFKA_BROKERS']);
    const topic = process.env['KAFKA_TOPIC'] || COMMITS_TOPIC;
    return new ArchiveRole(runtime, {
      key: { run, stream: logStreamName(fabric, site) },
      open: () => openArchive({ databaseUrl, dir }),
      after: {
        ...(brokers && {
          outlet: new CommitOutlet(new KafkaOutlet({ brokers, topic }), { fabric, run, site }, runtime),
        }),
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
