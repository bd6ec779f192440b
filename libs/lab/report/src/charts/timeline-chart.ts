import type { Decision } from '../figures/decisions.js';
import { LANES, type Lane, type Mood } from '../words.js';
import { markup, type Html } from '../text/html.js';
import { numberText, shortNumber } from '../text/numbers.js';
import { baseAxis, figure, frameOf, px } from './frame.js';
import { TIME_LABEL, timeScale, windowsOf, type TimeAxis } from './time-chart.js';

const LANE_HEIGHT = 30;
/** Marks nearer to one another than this, in units of the chart, are one mark. */
const SEEN_APART = 1.5;
const LETTER = 5.9;

interface Mark {
  readonly x: number;
  readonly lane: Lane;
  readonly mood: Mood;
  readonly first: Decision;
  count: number;
}

/** Every decision as a mark in its lane; with many, one mark may stand for several. */
export function timelineChart(decisions: readonly Decision[], axis: TimeAxis): Html {
  const seconds = (d: Decision): number => (d.atMs - axis.zeroMs) / 1000;
  const within = decisions.filter((d) => seconds(d) >= axis.from && seconds(d) <= axis.to);
  const lanes = LANES.filter((lane) => within.some((d) => d.lane === lane));
  const frame = frameOf(Math.max(1, lanes.length) * LANE_HEIGHT);
  const xs = timeScale(frame, axis);
  const marks = marksOf(within, (d) => xs.at(seconds(d)));
  const yOf = (lane: Lane): number => frame.top + (lanes.indexOf(lane) + 0.5) * LANE_HEIGHT;
  const bands = lanes.map(
    (lane, i) =>
      markup`${i % 2 === 0 ? markup`<rect class="band" x="${frame.left}" y="${px(yOf(lane) - LANE_HEIGHT / 2)}" width="${frame.right - frame.left}" height="${LANE_HEIGHT}" />` : null}<text
          class="tick lane"
          x="${frame.left - 8}"
          y="${px(yOf(lane))}"
          dy=".32em"
          text-anchor="end"
          >${lane}</text
        >`,
  );
  const drawn = marks.map(
    (m) =>
      markup`<path class="m ${m.mood}" d="M${px(m.x)} ${px(yOf(m.lane) + 5)}h0"
        ><title>
          ${shortNumber(seconds(m.first))} s: ${m.first.text}${m.count > 1 ? ` (and ${m.count - 1} more)` : ''}
        </title></path
      >`,
  );
  const body = markup`${bands}${windowsOf('timeline', frame, xs, axis, false)}<g clip-path="url(#clip-timeline)"
      ><g class="zoom">${drawn}</g></g
    >${labelsOf(marks, yOf, frame.right)}${baseAxis(frame, xs, TIME_LABEL, shortNumber)}`;
  const earlier = decisions.length - within.length;
  const says = [
    `${numberText(within.length)} decisions and faults${marks.length < within.length ? `, drawn as ${numberText(marks.length)} marks` : ''}.`,
    earlier > 0 ? `${numberText(earlier)} more, of bringing the fabric up and down, are in the list below only.` : '',
    'Point at a mark for its words; drag across a chart to zoom all of them, double-click to see everything again.',
  ];
  const legend = markup`<p class="legend">
    <span class="key bad">square: bad for traffic</span> <span class="key good">dot: good</span>
    <span class="key plain">small dot: neither</span>
  </p>`;
  return figure({
    id: 'timeline',
    title: 'Decisions',
    says: says.filter((s) => s !== '').join(' '),
    frame,
    kind: 'time',
    legend,
    body,
  });
}

function marksOf(decisions: readonly Decision[], xOf: (d: Decision) => number): Mark[] {
  const marks: Mark[] = [];
  const last = new Map<string, Mark>();
  for (const first of decisions) {
    const { lane, mood } = first;
    const key = `${lane} ${mood}`;
    const x = xOf(first);
    const before = last.get(key);
    if (before !== undefined && x - before.x < SEEN_APART) before.count++;
    else {
      const mark = { x, lane, mood, first, count: 1 };
      last.set(key, mark);
      marks.push(mark);
    }
  }
  return marks;
}

/** The words of what matters most, where there is room for them. */
function labelsOf(marks: readonly Mark[], yOf: (lane: Lane) => number, right: number): Html {
  const free = new Map<Lane, number>();
  const labels: Html[] = [];
  for (const { x, lane, mood, first } of marks) {
    const matters =
      lane === 'faults' || lane === 'members' || lane === 'orchestrators' || (lane === 'slots' && mood !== 'plain');
    const text = first.text.length > 46 ? `${first.text.slice(0, 45)}…` : first.text;
    const isRoom = matters && x >= (free.get(lane) ?? 0) && x + text.length * LETTER < right + 110;
    if (!isRoom) continue;
    free.set(lane, x + text.length * LETTER + 14);
    labels.push(
      markup`<text class="lab ${mood}" data-x="${px(x)}" data-dx="6" x="${px(x + 6)}" y="${px(yOf(lane) - 3)}"
        >${text}</text
      >`,
    );
  }
  return markup`<g>${labels}</g>`;
}
