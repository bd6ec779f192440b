import { readFileSync } from 'node:fs';
import { resolveSettings, SETTING_NAMES, SettingsError } from '@rehearsal/kernel';
import type { Settings } from '@rehearsal/kernel';
import { ROLES } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';
import { z } from 'zod';

const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'expected letters, digits, "_" and "-"');

/** What every process of a fabric is started with; roles add fields of their own. */
const hostConfigSchema = z.looseObject({
  fabric: word,
  site: z.int().min(1).max(15),
  role: z.enum(ROLES),
  id: word,
  incarnation: z.int().min(1),
  natsUrl: z.string().regex(/^nats:\/\/\S+:\d+$/, 'expected nats://host:port'),
  nkeySeedFile: z.string().min(1),
  settings: z.record(z.string(), z.unknown()),
  securityGroup: word,
  members: z.array(
    z.strictObject({
      id: word,
      weight: z.int().min(0).max(512),
      cores: z.int().min(1).optional(),
      spare: z.literal(true).optional(),
    }),
  ),
  orchestrators: z.array(word).min(1),
  build: z.string(),
  /** Port of /health and /metrics on loopback; 0 or absent: any free one. */
  httpPort: z.int().min(0).max(65535).optional(),
  /** How long the role may take to stop after SIGTERM. */
  stopWithinMs: z.int().min(0).optional(),
});

export type HostConfig = z.infer<typeof hostConfigSchema> & { readonly settings: Settings };

/** Something the caller gave is wrong; the message names file, place and remedy. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** Reads and checks a process's configuration file. Throws BadInput naming every problem in it. */
export function readHostConfig(file: string | undefined, role: RoleName): HostConfig {
  if (file === undefined) throw new BadInput('no configuration: give the path of a JSON file as the only argument');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadInput(`${file}: expected a JSON file: ${(error as Error).message}`, { cause: error });
  }
  const config = checked(file, hostConfigSchema, json);
  if (config.role !== role) {
    throw new BadInput(`${file}: role: expected ${role}, which this program hosts, saw ${config.role}`);
  }
  const missing = SETTING_NAMES.filter((name) => !Object.hasOwn(config.settings, name));
  if (missing.length > 0) throw new BadInput(`${file}: settings: ${missing.join(', ')} missing: give every setting`);
  try {
    return { ...config, settings: resolveSettings('vendor', config.settings) };
  } catch (error) {
    if (error instanceof SettingsError) throw new BadInput(`${file}: ${error.problems.join(`\n${file}: `)}`);
    throw error;
  }
}

/** `json` as the schema has it; throws BadInput with a line for every problem. */
export function checked<T>(file: string, schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'top level'}: ${issue.message}`);
  throw new BadInput(lines.join('\n'));
}
