/** The process that hosts the archive. Started with the path of its configuration file; DATABASE_URL names a server. */
import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';

// Before anything else is loaded, so that the next start of this program finds it compiled.
enableCompileCache();
// The fabric goes first: an archive that lags is no trouble, a member that lags is. Each thread has a priority of its
// own, and those that compile code are there already; later ones have their maker's.
for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), constants.priority.PRIORITY_LOW);
const [{ runHost }, { hosted }] = await Promise.all([import('@rehearsal/service'), import('./role.js')]);
await runHost(hosted);
