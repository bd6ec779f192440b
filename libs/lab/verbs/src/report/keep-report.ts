/** Writes the report of a run into its folder; what makes reports is loaded only then. @returns the page's path */
export async function keepReport(folder: string): Promise<string> {
  const { writeRunReport } = await import('./write-report.js');
  return writeRunReport(folder);
}
