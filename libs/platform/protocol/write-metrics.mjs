// Writes the tables of metrics into docs/observability.md. Build this package first.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMetricsTable } from './dist/index.js';

const file = join(import.meta.dirname, '../../../docs/observability.md');
writeFileSync(file, withMetricsTable(readFileSync(file, 'utf8')));
