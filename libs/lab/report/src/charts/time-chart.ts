import type { NamedPoints } from '../figures/series.js';
import type { Window } from '../figures/windows.js';
import { markup, type Html } from '../text/html.js';
import { shortNumber } from '../text/numbers.js';
import { downsample, type Points } from './downsample.js';
import { apart, baseAxis, figure, frameOf, px, valueAxis, type Frame } from './frame.js';
import { countScale, linearScale, logScale, type Scale } from './scale.js';

/** Colours the page has; more series than that are drawn grey, but for those that matter. */
export const COLOURS = 8;
/** Buckets of one series, about one every two units of a chart's width, and of all series of a chart together. */
const MOST_BUCKETS = 360;
const BUCKETS_IN_ALL = 3_600;
/** Shades nearer to one another than this, in units of the chart, are one. */
const SEEN_APART = 1;
/** More lines than that say nothing of when a fault was, and hide what is behind them. */
const MOST_FAULT_LINES = 60;

/** What all charts over time have in common. Times are seconds. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
  /** ms since the epoch at 0. */
  readonly zeroMs: number;
  readonly windows: readonly Window[];
}

export interface TimeChart {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly axis: TimeAxis;
  /** `packets/s`, for the axis. */
  readonly unit: string;
  readonly series: readonly NamedPoints[];
  /** Of many series, those that are coloured. */
  readonly matter?: readonly string[];
  readonly shape: 'line' | 'step';
  readonly scale: 'count' | 'log';
  readonly plotHeight: number;
}

/** What the page's script reads of a chart, to say values where the reader points. */
export interface ChartData {
  readonly id: string;
  readonly unit: string;
  readonly series: readonly {
    readonly name: string;
    readonly c: string;
    readonly x: number[];
    readonly y: (number | null)[];
  }[];
}

export interface DrawnChart {
  readonly html: Html;
  readonly data: ChartData;
}

export function timeChart(chart: TimeChart): DrawnChart {
  const { axis, unit, id } = chart;
  const frame = frameOf(chart.plotHeight);
  const xs = timeScale(frame, axis);
  const buckets = Math.min(MOST_BUCKETS, Math.ceil(BUCKETS_IN_ALL / chart.series.length));
  const drawn = coloured(chart).map((s) => ({ ...s, points: downsample(s.points, buckets) }));
  const values = drawn.flatMap((s) => s.points.y.filter((v) => v !== null));
  const ys = valueScale(chart.scale, values, frame);
  // Grey ones first, so that the others are in front.
  const paths = [...drawn]
    .sort((a, b) => Number(b.colour === 'cx') - Number(a.colour === 'cx'))
    .map((s) => markup`<path class="s ${s.colour}" d="${pathOf(s.points, xs, ys, chart.shape)}" />`);
  const body = markup`${windowsOf(id, frame, xs, axis, true)}${valueAxis(frame, ys, unit, shortNumber)}<g
      clip-path="url(#clip-${id})"
      ><g class="zoom">${paths}</g></g
    >${baseAxis(frame, xs, TIME_LABEL, shortNumber)}${endLabels(frame, ys, drawn)}`;
  return {
    html: figure({ id, title: chart.title, says: chart.says, frame, kind: 'time', body }),
    data: {
      id,
      unit,
      series: drawn.map(({ name, colour, points }) => ({
        name,
        c: colour,
        x: points.x.map((x) => Number(x.toFixed(3))),
        y: points.y.map((y) => (y === null ? null : Number(y.toPrecision(4)))),
      })),
    },
  };
}

export const TIME_LABEL = 'seconds since traffic began';

export function timeScale(frame: Frame, axis: TimeAxis): Scale {
  return linearScale(axis.from, axis.to, frame.left, frame.right, 10);
}

function valueScale(kind: TimeChart['scale'], values: readonly number[], frame: Frame): Scale {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const v of values) {
    if (v > most) most = v;
    if (v > 0 && v < least) least = v;
  }
  if (kind === 'log') return logScale(Number.isFinite(least) ? least : 1, most, frame.bottom, frame.top);
  return countScale(most, frame.bottom, frame.top, 4);
}

interface Coloured {
  readonly name: string;
  readonly colour: string;
  readonly points: Points;
}

function coloured({ series, matter = [] }: TimeChart): Coloured[] {
  const isMany = series.length > COLOURS;
  const named = isMany ? series.filter((s) => matter.includes(s.name)).slice(0, COLOURS) : series;
  return series.map((s) => {
    const at = named.indexOf(s);
    return { name: s.name, colour: at < 0 ? 'cx' : `c${at}`, points: s };
  });
}

/** A path through the points that are known; nothing across gaps. */
export function pathOf({ x, y }: Points, xs: Scale, ys: Scale, shape: TimeChart['shape']): string {
  const parts: string[] = [];
  let isDrawing = false;
  for (const [i, value] of y.entries()) {
    if (value === null) {
      isDrawing = false;
      continue;
    }
    const [px1, py1] = [px(xs.at(x[i]!)), px(ys.at(value))];
    // A lone point between gaps shows as a dot, since ends are round.
    if (!isDrawing) parts.push(`M${px1} ${py1}h0`);
    else if (shape === 'step') parts.push(`H${px1}V${py1}`);
    else parts.push(`L${px1} ${py1}`);
    isDrawing = true;
  }
  return parts.join('');
}

/** Faults and recoveries as shades behind a chart, with a line where each fault was. */
export function windowsOf(id: string, frame: Frame, xs: Scale, axis: TimeAxis, isNamed: boolean): Html {
  const at = (ms: number): number => xs.at((ms - axis.zeroMs) / 1000);
  const shown = axis.windows.filter(
    (w) => (w.toMs - axis.zeroMs) / 1000 >= axis.from && (w.fromMs - axis.zeroMs) / 1000 <= axis.to,
  );
  const height = frame.bottom - frame.top;
  const shades = (['recovery', 'fault'] as const).flatMap((kind) =>
    joined(shown.filter((w) => w.kind === kind).map((w) => [at(w.fromMs), at(w.toMs)])).map(
      ([from, to]) =>
        markup`<rect class="w ${kind}" x="${px(from)}" y="${frame.top}" width="${px(to - from)}" height="${height}"/>`,
    ),
  );
  const faults = shown.filter((w) => w.kind === 'fault').sort((a, b) => a.fromMs - b.fromMs);
  const places = joined(faults.map((w) => [at(w.fromMs), at(w.fromMs)])).map(([from]) => from);
  const lines = (places.length > MOST_FAULT_LINES ? [] : places).map(
    (x) => markup`<path class="faultline" d="M${px(x)} ${frame.top}V${frame.bottom}"/>`,
  );
  let free = frame.left;
  const names = faults
    .filter(() => isNamed)
    .map((w) => {
      const x = at(w.fromMs) + 4;
      if (x < free || x + w.text.length * 6.2 > frame.right) return null;
      free = x + w.text.length * 6.2 + 8;
      return markup`<text class="lab fault" data-x="${px(at(w.fromMs))}" data-dx="4" x="${px(x)}" y="${frame.top - 6}">${w.text}</text>`;
    });
  return markup`<g clip-path="url(#clip-${id})"><g class="zoom">${shades}${lines}</g></g
    >${names}`;
}

/** Stretches in the order of their beginnings; what cannot be told apart is one. */
function joined(stretches: readonly (readonly [number, number])[]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const before = out[out.length - 1];
    if (before !== undefined && from - before[1] < SEEN_APART) before[1] = Math.max(before[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** Each line's name at its end, in its colour; of many grey ones nothing. */
function endLabels(frame: Frame, ys: Scale, drawn: readonly Coloured[]): Html {
  const named = drawn.filter((s) => s.colour !== 'cx').map((s) => ({ ...s, at: ys.at(lastOf(s.points) ?? 0) }));
  const places = apart(
    named.map((s) => s.at),
    14,
    frame.top + 4,
    frame.bottom,
  );
  const labels = named.map(
    (s, i) =>
      markup`<path
          class="lead ${s.colour}"
          d="M${frame.right + 2} ${px(s.at)}L${frame.right + 12} ${px(places[i]!)}"
        /><text class="name ${s.colour}" x="${frame.right + 15}" y="${px(places[i]!)}" dy=".32em">${s.name}</text>`,
  );
  const grey = drawn.length - named.length;
  const rest =
    grey === 0
      ? null
      : markup`<text class="name cx" x="${frame.right + 15}" y="${frame.bottom + 18}">grey: ${grey} others</text>`;
  return markup`<g class="names">${labels}${rest}</g>`;
}

function lastOf({ y }: Points): number | null {
  for (let i = y.length - 1; i >= 0; i--) if (y[i] !== null) return y[i]!;
  return null;
}
