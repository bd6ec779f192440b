/** What every verb takes. */
export const GLOBAL_OPTIONS: readonly { readonly flag: string; readonly about: string }[] = [
  { flag: '--json', about: 'one JSON document on standard output; everything else goes to standard error' },
  {
    flag: '--set NAME=VALUE',
    about: 'a setting (see `rehearse settings`), or profile=vendor|lossless; may be repeated',
  },
  { flag: '--runs FOLDER', about: 'where runs are kept; default: runs' },
  { flag: '--help', about: 'this text' },
];
