import type { Spread } from '../figures/spread.js';
import { markup, type Html } from '../text/html.js';
import { counted, shortNumber } from '../text/numbers.js';
import { baseAxis, figure, frameOf, px, valueAxis } from './frame.js';
import { countScale, linearScale, niceStep } from './scale.js';

const BINS = 40;

/** How one figure is spread over the seeds: how many seeds have about each value, the median and its interval. */
export function spreadChart(id: string, name: string, values: readonly number[], spread: Spread): Html {
  const frame = frameOf(110);
  const step = niceStep((spread.max - spread.min) / BINS || 1);
  const first = Math.floor(spread.min / step);
  const bins = new Array<number>(Math.floor(spread.max / step) - first + 1).fill(0);
  for (const v of values) bins[Math.floor(v / step) - first]!++;
  const xs = linearScale(first * step, (first + bins.length) * step, frame.left, frame.right, 10);
  const ys = countScale(Math.max(...bins), frame.bottom, frame.top + 16, 2);
  const bars = bins.map((n, i) => {
    if (n === 0) return null;
    const [x1, x2] = [xs.at((first + i) * step), xs.at((first + i + 1) * step)];
    return markup`<rect
      class="bar c0"
      x="${px(x1 + 0.5)}"
      y="${px(ys.at(n))}"
      width="${px(Math.max(1, x2 - x1 - 1))}"
      height="${px(frame.bottom - ys.at(n))}"
      ><title>
        ${shortNumber((first + i) * step)} to ${shortNumber((first + i + 1) * step)}: ${counted(n, 'seed')}
      </title></rect
    >`;
  });
  const median = px(xs.at(spread.median));
  const interval =
    spread.interval === null
      ? null
      : markup`<path
          class="interval"
          d="M${px(xs.at(spread.interval[0]))} ${frame.top + 8}H${px(xs.at(spread.interval[1]))}"
        />`;
  const says = [
    `Median ${shortNumber(spread.median)}`,
    spread.interval === null
      ? ' (too few seeds for an interval)'
      : `, 95 % interval ${shortNumber(spread.interval[0])} to ${shortNumber(spread.interval[1])}`,
    `; from ${shortNumber(spread.min)} to ${shortNumber(spread.max)}, ${counted(spread.count, 'seed')}.`,
  ];
  return figure({
    id,
    title: name,
    says: says.join(''),
    frame,
    kind: 'other',
    body: markup`${valueAxis(frame, ys, 'seeds', shortNumber)}${bars}<path
        class="median"
        d="M${median} ${frame.top + 2}V${frame.bottom}"
      />${interval}${baseAxis(frame, xs, name, shortNumber)}`,
  });
}
