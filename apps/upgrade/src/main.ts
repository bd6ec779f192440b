/** The process that hosts the upgrade conductor. Started with the path of its configuration file. */
import { enableCompileCache } from 'node:module';

// Before anything else is loaded, so that the next start of this program finds it compiled.
enableCompileCache();
const [{ runHost }, { hosted }] = await Promise.all([import('@rehearsal/service'), import('./role.js')]);
await runHost(hosted);
