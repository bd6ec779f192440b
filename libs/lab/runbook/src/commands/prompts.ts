/** Languages whose lines begin with a prompt where they are typed, and with none where they are shown. */
const SESSIONS: ReadonlySet<string> = new Set(
  'console|shell-session|shellsession|sh-session|bash-session|terminal'.split('|'),
);

/** Prompts that nobody takes for a command. */
const PROMPTS = [
  /^\[Expert@[^\]]*\][#$](?=\s|$)/i,
  /^\[Global\]\s*[\w.:-]+\s*>(?=\s|$)/i,
  /^\[[\w.-]+@[\w.-]+(?:[: ][^\]]*)?\][#$](?=\s|$)/,
  /^[\w.-]+@[\w.-]+:[^\s#$]*[#$](?=\s|$)/,
  /^(?:global|gclish|clish|gaia|expert)\s?[>#](?=\s|$)/i,
  /^[\w.-]+-(?:ch|s)\d+-\d+(?::\d+)?[>#](?=\s|$)/i,
  /^(?:mho|sgm|gw|smo|sg)[\w.-]*[>#](?=\s|$)/i,
  /^[$%>](?=\s+\S)/,
];

/** Words that begin a command and no comment. */
const COMMAND_WORD =
  /^(?:asg|smo|g_\w+|asg_\w+|cp(?:haprob|stop|start|view|info|stat|hastop|hastart|conf|stop)|fw|fwaccel|(?:g_)?clusterXL_admin|lldpctl|ntpq|g?clish|ssh|m|reboot|installer|orch_\w+|tor_\w+|dbget|ls|cat|uname|uptime|df)(?:\s|$)/;

/** A line of code in its prompt and what is typed after it; the prompt is empty where there is none. */
export function promptOf(line: string, language: string): { prompt: string; typed: string } {
  const text = line.trim();
  for (const pattern of PROMPTS) {
    const prompt = pattern.exec(text)?.[0];
    if (prompt !== undefined) return { prompt, typed: text.slice(prompt.length).trim() };
  }
  const asRoot = /^#\s+(.+)$/.exec(text);
  if (asRoot !== null && SESSIONS.has(language) && COMMAND_WORD.test(asRoot[1]!)) {
    return { prompt: '#', typed: asRoot[1]! };
  }
  return { prompt: '', typed: text };
}

/** How lines begin that machines show and nobody types: questions, warnings, what is installed. */
const SHOWN =
  /^(?:You are about to |Are you sure\b|Do you want to |Proceed\?|\w+(?: \w+)? requires auditing\b|Enter (?:your full name|(?:a |the )?reason)\b|WARNING:|Info:|Note:|Preparing package|Update Service Engine|The machines \(|This is Check Point|HOTFIX_\w+\s|BUNDLE_\w+\s|\[(?:IDA|FW1|CPUpdates)\]|Auto clone is |Last login:|login as:)/i;

/** Whether a line without a prompt is what a machine has shown all the same. */
export const isShown = (line: string): boolean => SHOWN.test(line.trim());
