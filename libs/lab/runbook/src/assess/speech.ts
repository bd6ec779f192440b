/** How the author of a runbook says things, so that what it lacks is said in the same words. */
export interface Speech {
  /** Takes members down, or lets them in again. */
  admin(members: readonly string[], state: 'up' | 'down'): string[];
  /** These members in parts that may be away at the same time: upgrade groups, or halves of the whole group. */
  parts(members: readonly string[], of: number): string[][];
  backup(): string;
  cloning(state: 'on' | 'off'): string;
  install(
    members: readonly string[],
    of: { readonly number: number; readonly file: string; readonly kind: string },
  ): string[];
}

/** Upgrade groups of the fabric file and their members. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** The commands of a runbook, as they were typed, say how it is spoken; the vendor's documented ones where it says nothing. */
export function speechOf(typed: readonly string[], groups: Groups = new Map()): Speech {
  const uses = (words: RegExp): boolean => typed.some((command) => words.test(command));
  const takesDown = uses(/\bg_clusterXL_admin\b|\bsgm_admin\b|\bmembers-admin-state\b/);
  const isField = uses(/\bg_(?:cpconfig|install_update|cp_(?:dis|en)able_member)\b|\basg_config_backup\b/);
  /** Who takes members down in the vendor's words lets them in again in these, whatever else is said otherwise. */
  const isFieldAdmin = isField && (uses(/\bg_cpconfig\b|\bg_cp_(?:dis|en)able_member\b/) || !takesDown);
  const isFieldInstall = isField && (uses(/\bg_install_update\b/) || !uses(/\binstaller (?:install|upgrade)\b/));
  const groupOf = (members: readonly string[]): string | undefined =>
    [...groups].find(([, ids]) => ids.length === members.length && ids.every((id) => members.includes(id)))?.[0];
  const down = /\basg sgm_admin\b/.test(typed.join('\n'))
    ? 'asg sgm_admin -b'
    : uses(/\bg_clusterXL_admin\b/)
      ? 'g_clusterXL_admin -b'
      : 'set cluster members-admin-state ids';
  return {
    admin(members, state) {
      if (!isFieldAdmin) return [`${down} ${members.join(',')} ${state}`];
      const named = [...groups].filter(([, ids]) => ids.every((id) => members.includes(id)));
      const rest = members.filter((id) => !named.some(([, ids]) => ids.includes(id)));
      return [
        ...named.map(([group]) => `g_cpconfig set ${state === 'up' ? 'active' : 'standby'} -target_group ${group}`),
        ...rest.map((id) => `${state === 'up' ? 'g_cp_enable_member' : 'g_cp_disable_member'} ${id}`),
      ];
    },
    parts(members, of) {
      // The group that is named first holds the lowest numbers, and so the SMO: it goes last.
      const named = [...groups.values()].map((ids) => ids.filter((id) => members.includes(id))).reverse();
      const rest = members.filter((id) => !named.some((ids) => ids.includes(id)));
      const most = Math.max(1, Math.floor(of / 2));
      for (let at = 0; at < rest.length; at += most) named.push(rest.slice(at, at + most));
      return named.filter((ids) => ids.length > 0);
    },
    backup: () => (isField ? 'asg_config_backup -n before.snap' : 'add backup local'),
    cloning(state) {
      const of = uses(/\bcluster configuration image auto-clone\b/) ? 'cluster configuration' : 'smo';
      return `set ${of} image auto-clone state ${state}`;
    },
    install(members, { number, file, kind }) {
      const group = isFieldInstall ? groupOf(members) : undefined;
      if (group !== undefined && file !== '') {
        return [`g_install_update -target_group ${group} -package ${file} -install`];
      }
      return [`installer ${kind === 'upgrade' ? 'upgrade' : 'install'} ${number} member_ids ${members.join(',')}`];
    },
  };
}
