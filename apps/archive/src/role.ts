import { ARCHIVE_REFUSED, ArchiveRole, openArchive } from '@rehearsal/archive';
import { logStreamName } from '@rehearsal/protocol';
import { checked, EXIT_ENVIRONMENT } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const ownConfig = z.looseObject({
  /** Under which run the log is archived. */
  run: z.string().min(1),
  /** Where the archive is kept when no server is named. */
  archiveDir: z.string().min(1),
});

/** The archive of a site's log: on the server that DATABASE_URL names, else in a folder of the run. */
export const hosted: HostOptions = {
  role: 'archive',
  exitCodes: { [ARCHIVE_REFUSED]: EXIT_ENVIRONMENT },
  createRole: (runtime, config, file) => {
    const { run, archiveDir: dir } = checked(file, ownConfig, config);
    const databaseUrl = process.env['DATABASE_URL'];
    return new ArchiveRole(runtime, {
      key: { run, stream: logStreamName(config.fabric, config.site) },
      open: () => openArchive({ databaseUrl, dir }),
    });
  },
};
