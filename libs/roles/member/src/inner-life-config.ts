import type { Cancel, Runtime } from '@rehearsal/kernel';
import { canonicalBytes, canonicalText, sha256Hex } from '@rehearsal/kernel';
import { configSubject } from '@rehearsal/protocol';
import type { MemberConfig } from './config.js';
import type { InnerLife } from './inner-life.js';

/** What a member hands out: its policy, and how the group it belongs to is set up. */
export interface Configuration {
  readonly securityGroup: string;
  readonly members: MemberConfig['members'];
  readonly orchestrators: readonly string[];
  readonly settings: MemberConfig['settings'];
}

export function configurationOf(config: MemberConfig): Configuration {
  const { securityGroup, members, orchestrators, settings } = config;
  return { securityGroup, members, orchestrators, settings };
}

export function configurationHash(configuration: Configuration): string {
  return sha256Hex(canonicalBytes(configuration));
}

/**
 * Names of what another member has set otherwise: fields of the configuration, settings as `settings.NAME`.
 * A field only one of them has differs too.
 */
export function differencesOf(own: Configuration, other: unknown): string[] {
  const names: string[] = [];
  const mine = flat(own);
  const theirs = flat(other);
  for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    if (mine[name] !== theirs[name]) names.push(name);
  }
  return names.sort();
}

/** Each field as canonical text. */
function flat(configuration: unknown): Record<string, string> {
  const out: Record<string, string> = {};
  const { settings, ...rest } = configuration as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest)) out[name] = canonicalText(value);
  for (const [name, value] of Object.entries(settings ?? {})) out[`settings.${name}`] = canonicalText(value);
  return out;
}

/**
 * Answers other members: an empty question gets policy and configuration, `{want: 'policy', hash}` one
 * policy, `{want: 'install', policy}` what came of installing it. A member that serves nothing says nothing.
 */
export function answerConfig(
  rt: Runtime,
  inner: InnerLife,
  config: MemberConfig,
  serving: () => { readonly policy: unknown; readonly image: unknown } | undefined,
): Cancel {
  return rt.answer(configSubject(rt.self.id), undefined, (body, reply) => {
    const send = (answer: unknown): void => reply(new TextEncoder().encode(JSON.stringify(answer)));
    const own = serving();
    if (own === undefined || inner.isDown) return;
    if (body.length === 0) {
      send({ ...own, configuration: configurationOf(config) });
      return;
    }
    const asked = JSON.parse(new TextDecoder().decode(body)) as Readonly<Record<string, unknown>>;
    if (asked['want'] === 'policy') send({ policy: inner.install.held(String(asked['hash'])) });
    else inner.takeInstall(asked, send);
  });
}
