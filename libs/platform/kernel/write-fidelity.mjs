// Writes the settings into docs/fidelity.md. Build the kernel first.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFidelityTable } from './dist/fidelity-table.js';

const file = join(import.meta.dirname, '../../../docs/fidelity.md');
writeFileSync(file, withFidelityTable(readFileSync(file, 'utf8')));
