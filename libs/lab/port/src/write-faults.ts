import { readFileSync, writeFileSync } from 'node:fs';
import { withFaultPage } from './faults/fault-page.js';

// Run after a change of the table of faults: node libs/lab/port/dist/write-faults.js docs/faults.md
const page = process.argv[2]!;
writeFileSync(page, withFaultPage(readFileSync(page, 'utf8')));
