import { markup, type Html } from '../text/html.js';
import { counted, durationText, shortNumber } from '../text/numbers.js';
import { downsample } from './downsample.js';
import { apart, baseAxis, figure, frameOf, px, valueAxis } from './frame.js';
import { countScale, linearScale } from './scale.js';
import { pathOf } from './time-chart.js';

const QUANTILES = [
  [0.5, 'median'],
  [0.99, '99 of 100'],
  [1, 'longest'],
] as const;

/** How many of a hundred affected connections were silent for at most so long. */
export function silenceChart(silencesMs: readonly number[]): Html {
  const sorted = Float64Array.from(silencesMs).sort();
  const n = sorted.length;
  const frame = frameOf(190);
  const xs = countScale(sorted[n - 1] ?? 1, frame.left, frame.right, 10);
  const ys = linearScale(0, 100, frame.bottom, frame.top, 4);
  const steps = downsample({ x: [0, ...sorted], y: [0, ...Array.from(sorted, (_, i) => ((i + 1) * 100) / n)] }, 400);
  const path = `${pathOf(steps, xs, ys, 'step')}H${frame.right}`;
  const marks = QUANTILES.map(([share, name]) => {
    const ms = sorted[Math.max(0, Math.ceil(n * share) - 1)]!;
    return { name: `${name}: ${durationText(ms)}`, x: xs.at(ms), y: ys.at(share * 100) };
  });
  const places = apart(
    marks.map((m) => m.y),
    16,
    frame.top + 8,
    frame.bottom - 6,
  );
  const labels = marks.map((m, i) => {
    const isLeft = m.x > (frame.left + frame.right) / 2;
    const x = isLeft ? m.x - 12 : m.x + 12;
    return markup`<path class="m c0" d="M${px(m.x)} ${px(m.y)}h0" /><text
        class="name"
        x="${px(x)}"
        y="${px(places[i]!)}"
        dy=".32em"
        text-anchor="${isLeft ? 'end' : 'start'}"
        >${m.name}</text
      >`;
  });
  return figure({
    id: 'silence',
    title: 'Silence of affected connections',
    says: `${counted(n, 'connection')} lost the member that held them. How many of a hundred of them were silent after the fault for at most so long.`,
    frame,
    kind: 'other',
    body: markup`${valueAxis(frame, ys, '% of connections', shortNumber)}<path
        class="s c0"
        d="${path}"
      />${baseAxis(frame, xs, 'longest silence after the fault, ms', shortNumber)}${labels}`,
  });
}
