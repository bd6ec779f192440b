import { writeFileSync } from 'node:fs';
import { fabricJsonSchema } from './schema.js';

// Run after a change of the schema: node libs/lab/fabric/dist/write-schema.js examples/fabrics/fabric.schema.json
writeFileSync(process.argv[2]!, `${JSON.stringify(fabricJsonSchema(), null, 2)}\n`);
