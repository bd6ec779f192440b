import { fingerprint, toyRun } from './toy-run.js';

process.stdout.write(fingerprint(await toyRun(Number(process.argv[2]))));
