/** `20261123-022204`: a moment as it stands in the name of a run. */
export function timeWord(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
