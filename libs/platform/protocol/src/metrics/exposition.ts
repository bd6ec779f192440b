export type MetricType = 'counter' | 'gauge' | 'histogram';
export type Labels = Readonly<Record<string, string>>;

/** One line of a page; `suffix` is a histogram's `_bucket`, `_sum` or `_count`. */
export interface Sample {
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** All samples of one name, in base units: seconds, bytes, ratios. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The content type of a page: the Prometheus text format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * A page in the Prometheus text format. Families without a sample are left out.
 * @param common labels of every sample; a sample's own go before them
 * @throws RangeError for a name that no server would take, and for two families of one name
 */
export function exposition(families: readonly Family[], common: Labels = {}): string {
  const told = new Set<string>();
  const lines: string[] = [];
  const tail = labelWords(common);
  for (const { name, type, help, samples } of families) {
    if (!NAME.test(name)) throw new RangeError(`'${name}' is no metric name: letters, digits, '_' and ':' only`);
    if (told.has(name)) throw new RangeError(`metric name ${name} is told twice`);
    told.add(name);
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`);
    for (const { suffix = '', labels = {}, value } of samples) {
      const words = [...labelWords(labels), ...tail];
      lines.push(`${name}${suffix}${words.length === 0 ? '' : `{${words.join(',')}}`} ${numberWord(value)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

function labelWords(labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => {
    if (!LABEL.test(name)) throw new RangeError(`'${name}' is no label name: letters, digits and '_' only`);
    return `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  });
}

function numberWord(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
