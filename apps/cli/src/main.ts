/** The command line: composes labs, machines and verbs. */
import '@rehearsal/compiler';
import './without-locales.js';
import { outcomeOf } from './outcome.js';

let hasBegun = false;

// Who reads may have read enough, as `head` has: what is left to say has no reader, and that is no failure.
const gone = new AbortController();
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone.abort();
    // What is told as it happens has come to its end.
    if (hasBegun && stream === process.stdout) process.exit(0);
  });
}

const outcome = await outcomeOf(process.argv.slice(2), {
  say: (line) => void process.stderr.write(`${line}\n`),
  out: (text) => {
    hasBegun = true;
    process.stdout.write(text);
  },
  gone: gone.signal,
});
process.exitCode = outcome.status;
process.stderr.write(outcome.stderr);
process.stdout.write(outcome.stdout);
