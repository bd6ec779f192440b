export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# rehearse completion for bash:  source <(rehearse completion bash)
_rehearse() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _rehearse rehearse ./rehearse
`;

const ZSH = `# rehearse completion for zsh:  source <(rehearse completion zsh)
_rehearse() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( \${#found} )); then compadd -- "\${found[@]}"; else _files; fi
}
compdef _rehearse rehearse ./rehearse
`;

const FISH = `# rehearse completion for fish:  rehearse completion fish | source
function __rehearse_words
  set -l words (commandline -opc)
  set -e words[1]
  rehearse completion words -- $words (commandline -ct) 2>/dev/null
end
complete -c rehearse -a '(__rehearse_words)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** What makes a shell ask for candidates. */
export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}
