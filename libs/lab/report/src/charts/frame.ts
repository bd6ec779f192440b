import { markup, type Html } from '../text/html.js';
import type { Scale } from './scale.js';

/** Where things are in a chart, in units of its viewBox; alike in all charts, so that times stand below one another. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function frameOf(plotHeight: number, rightMargin = 118): Frame {
  const [width, left, top] = [960, 92, 22];
  return { width, height: top + plotHeight + 40, left, right: width - rightMargin, top, bottom: top + plotHeight };
}

/** Rounded to what can be seen. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** The value axis: lines across and numbers at the left, with what they are of above. */
export function valueAxis(frame: Frame, scale: Scale, label: string, text: (value: number) => string): Html {
  const lines = scale.ticks.map((tick) => {
    const y = px(scale.at(tick));
    return markup`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}" /><text
        class="tick"
        x="${frame.left - 8}"
        y="${y}"
        dy=".32em"
        text-anchor="end"
        >${text(tick)}</text
      >`;
  });
  const middle = px((frame.top + frame.bottom) / 2);
  return markup`<g
    >${lines}<text class="axis" transform="translate(16 ${middle}) rotate(-90)" text-anchor="middle">${label}</text></g
  >`;
}

/** The axis below. Its ticks are drawn anew by the page's script when the reader zooms. */
export function baseAxis(frame: Frame, scale: Scale, label: string, text: (value: number) => string): Html {
  const ticks = scale.ticks.map((tick) => {
    const x = px(scale.at(tick));
    return markup`<line class="tickline" x1="${x}" x2="${x}" y1="${frame.bottom}" y2="${frame.bottom + 5}" /><text
        class="tick"
        x="${x}"
        y="${frame.bottom + 18}"
        text-anchor="middle"
        >${text(tick)}</text
      >`;
  });
  return markup`<line class="base" x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}" /><g
      class="xticks"
      >${ticks}</g
    ><text class="axis" x="${px((frame.left + frame.right) / 2)}" y="${frame.bottom + 35}" text-anchor="middle"
      >${label}</text
    >`;
}

/** A chart with its heading and what there is to say about it. */
export function figure(parts: {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly frame: Frame;
  /** `time` charts are zoomed together. */
  readonly kind: 'time' | 'other';
  readonly legend?: Html | undefined;
  readonly body: Html;
}): Html {
  const { id, title, says, frame, kind, legend, body } = parts;
  return markup`<figure class="chart ${kind}" id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p>${says}</p>
      ${legend}
    </figcaption>
    <svg
      viewBox="0 0 ${frame.width} ${frame.height}"
      role="img"
      aria-label="${title}. ${says}"
      data-l="${frame.left}"
      data-r="${frame.right}"
      data-t="${frame.top}"
      data-b="${frame.bottom}"
    >
      <clipPath id="clip-${id}">
        <rect
          x="${frame.left}"
          y="${frame.top - 6}"
          width="${frame.right - frame.left}"
          height="${frame.bottom - frame.top + 12}"
        />
      </clipPath>
      ${body}
    </svg>
  </figure> `;
}

/** Places for labels one above another: as near to where they belong as `gap` and the limits allow, in their order. */
export function apart(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const placed = new Array<number>(wanted.length).fill(0);
  let least = from;
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, least);
    least = placed[i]! + gap;
  }
  let most = to;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, most);
    most = placed[i]! - gap;
  }
  return placed;
}
