/** `<sgm_id>`, `<member id>`, `<on|off>`; no blank at its ends, so that `<in >out` stays a redirection. */
const ANGLE = '(?<![<\\\\])<(?<angle>[A-Za-z]\\w*(?:[ |-]\\w+)*)>';
const BRACES = '\\{\\{\\s*(?<braces>[A-Za-z_][\\w. -]*?)\\s*\\}\\}';
/** `{member}` as templates have it; not `{A,B}`, `{1..4}`, `${NAME}`, nor what a program such as awk is given in quotes. */
const CURLY = '(?<![${}\\\\])\\{(?<brace>[A-Za-z]\\w*(?:[ -]\\w+)*)\\}(?!\\})';
const DOLLAR = '(?<!\\\\)\\$(?:\\{(?<curly>[A-Za-z_]\\w*)\\}|(?<dollar>[A-Za-z_]\\w*))';

/** What a shell of the vendor's machines knows by itself: nobody has to say it. */
const ENVIRONMENT: ReadonlySet<string> = new Set(
  'FWDIR CPDIR CPMDIR MDSDIR RTDIR SUROOT HOME HOSTNAME LOGNAME OLDPWD PATH PWD RANDOM SECONDS SHELL TERM TMPDIR UID USER'.split(
    ' ',
  ),
);

/** A placeholder at the very place that `lastIndex` says, and how it is written. */
export const documentPlaceholder = (): RegExp => new RegExp(`${ANGLE}|${BRACES}|${CURLY}`, 'y');

/** Its name as it is bound: `Member ID` and `member-id` are both `member_id`. */
const normal = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');

/**
 * Replaces each placeholder of a command; what stands within single quotes keeps its dollars, as in a shell.
 * @param valueOf what to put in; undefined leaves it
 */
function replaced(command: string, valueOf: (name: string) => string | undefined): string {
  const any = new RegExp(`'[^']*'|"(?:\\\\.|[^"\\\\])*"|${ANGLE}|${BRACES}|${DOLLAR}|${CURLY}`, 'g');
  const within = (text: string, quote: string): string =>
    text.replace(new RegExp(quote === "'" ? `${ANGLE}|${BRACES}` : `${ANGLE}|${BRACES}|${DOLLAR}`, 'g'), one);
  const one = (...args: unknown[]): string => {
    const whole = args[0] as string;
    const groups = args.at(-1) as Record<string, string | undefined>;
    const name = groups['angle'] ?? groups['braces'] ?? groups['curly'] ?? groups['dollar'] ?? groups['brace'];
    const dollar = groups['curly'] ?? groups['dollar'];
    if (dollar !== undefined && ENVIRONMENT.has(dollar)) return whole;
    if (name === undefined) return whole[0]! + within(whole.slice(1, -1), whole[0]!) + whole.at(-1)!;
    return valueOf(normal(name)) ?? whole;
  };
  return command.replace(any, one);
}

/** The names that a command leaves open, each once, in the order they stand: `ssh sgm<Member ID>` leaves `member_id`. */
export function placeholdersOf(command: string): string[] {
  const names = new Set<string>();
  replaced(command, (name) => {
    names.add(name);
    return undefined;
  });
  return [...names];
}

/** A command with all it leaves open put in, or the names nobody gave a value for. */
export function bind(
  text: string,
  vars: Readonly<Record<string, string>>,
): { readonly text: string } | { readonly missing: readonly string[] } {
  const values = new Map(Object.entries(vars).map(([name, value]) => [normal(name), value]));
  const missing = placeholdersOf(text).filter((name) => !values.has(name));
  return missing.length > 0 ? { missing } : { text: replaced(text, (name) => values.get(name)) };
}
