/** The process that hosts the archive. Started with the path of its configuration file; DATABASE_URL names a server. */
import { enableCompileCache } from 'node:module';
import { setPriority } from 'node:os';

// Before anything else is loaded, so that the next start of this program finds it compiled.
enableCompileCache();
// The fabric goes first: an archive that lags is no trouble, a member that lags is.
setPriority(10);
const [{ runHost }, { hosted }] = await Promise.all([import('@rehearsal/service'), import('./role.js')]);
await runHost(hosted);
