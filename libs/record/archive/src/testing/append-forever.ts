import { writeSync } from 'node:fs';
import { openArchive } from '../open-archive.js';
import { messages } from './messages.js';

// Appends batch after batch to one log until it is killed, and says on standard output what was acknowledged.
// Arguments: folder, run, and the database's URL or nothing.
const [dir = '', run = '', databaseUrl] = process.argv.slice(2);
const store = await openArchive({ dir, databaseUrl });
await store.migrate();
const log = await store.openLog({ run, stream: 'demo_LOG_1' });
for (let seq = await log.checkpoint(); ;) {
  seq = await log.append(messages(seq + 1, 20));
  writeSync(1, `${seq}\n`);
}
