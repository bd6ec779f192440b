import type { OutletSource } from '@rehearsal/outlet';
import type { LogArchive } from './archive-store.js';

/** Positions of one kind of what is published of a log, kept in its archive: `<kind>: <name of where to>`. */
export function positionsIn(log: LogArchive, kind: string): Pick<OutletSource, 'confirmed' | 'confirm'> {
  return {
    confirmed: async (to) => {
      const ofKind = (await log.published()).filter(({ name }) => name.startsWith(`${kind}: `));
      const found = to === undefined ? ofKind[0] : ofKind.find(({ name }) => name === `${kind}: ${to}`);
      return found?.seq ?? 0;
    },
    confirm: (to, seq) => log.confirmPublished({ name: `${kind}: ${to}`, seq }),
  };
}
