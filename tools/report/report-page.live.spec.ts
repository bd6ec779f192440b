import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBrowser, Page } from './browser.mjs';
import { countColour, crop, readPng } from './png.mjs';
import { rehearse, sampleReport } from './sample-report.mjs';

const WITHIN_MS = 180_000;
const HOSTILE = `<img src=x onerror="hacked=1"></script><script>hacked=1</script>"'\`&`;
const TIME_CHARTS = ['timeline', 'throughput', 'connections', 'outcome', 'latency', 'sync-lag', 'exposed', 'members'];
const CHARTS = [...TIME_CHARTS, 'silence'];
/** As the page's style has them. `bad`: the timeline's marks. */
const COLOURS = {
  light: { ground: [255, 255, 255], first: [0, 114, 178], fourth: [166, 64, 123], bad: [198, 75, 0] },
  dark: { ground: [20, 23, 28], first: [90, 180, 236], fourth: [231, 146, 194], bad: [255, 143, 77] },
} as const;
/** What is drawn over all else, where that is not the first series. */
const IN_FRONT: Readonly<Record<string, 'fourth' | 'bad'>> = { timeline: 'bad', latency: 'fourth' };

describe('a report in a browser', () => {
  let folder: string;
  let page: Page;
  let address: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-report-'));
    page = await Page.open();
    const { report } = await sampleReport(folder, HOSTILE);
    address = pathToFileURL(report).href;
  }, WITHIN_MS);

  afterAll(() => {
    page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for nothing but itself, and runs without an error', async () => {
    await page.goto(address);
    expect(page.requests).toEqual([address]);
    expect(page.errors).toEqual([]);
    expect(await page.ask('document.querySelectorAll(".tools button").length')).toBe(4);
  });

  it('shows a hostile title as text', async () => {
    await page.goto(address);
    expect(await page.ask('document.querySelector("h1").textContent')).toBe(HOSTILE);
    expect(await page.ask('document.title')).toBe(`pass: ${HOSTILE}`);
    expect(await page.ask('typeof hacked')).toBe('undefined');
    expect(await page.ask('document.querySelectorAll("img, iframe, object, link").length')).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'draws every plot in %s, without a script, too',
    async (scheme) => {
      const colours = COLOURS[scheme];
      await page.look(scheme);
      await page.scripts(false);
      await page.goto(address);
      const seen: Record<string, boolean> = {};
      const { width, height } = await page.ask(
        '({ width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight })',
      );
      const boxes = await Promise.all(CHARTS.map((id) => page.boxOf(`#${id} svg`)));
      const whole = readPng(await page.picture({ x: 0, y: 0, width, height }));
      for (const [i, id] of CHARTS.entries()) {
        const box = boxes[i]!;
        const picture = crop(
          whole,
          Math.round(box.x),
          Math.round(box.y),
          Math.floor(box.width),
          Math.floor(box.height),
        );
        const front = colours[IN_FRONT[id] ?? 'first'];
        const [paper, ink] = [countColour(picture, colours.ground, 2), countColour(picture, front)];
        // Most of it is ground, and the line is as long as a good part of the chart is wide.
        seen[id] = paper > picture.width * picture.height * 0.3 && ink > (id === 'timeline' ? 20 : picture.width / 5);
      }
      await page.scripts(true);
      expect(seen).toEqual(Object.fromEntries(CHARTS.map((id) => [id, true])));
    },
    WITHIN_MS,
  );

  it('says values where the reader points', async () => {
    await page.look('light');
    await page.goto(address);
    const box = await inView(page, '#connections svg');
    await page.mouse('mouseMoved', box.x + box.width * 0.2, box.y + box.height * 0.5);
    const said: string = await page.ask('document.querySelector("#connections .tip").innerText');
    expect(said.split('\n').map((line) => line.replace(/[\d.]+$/, 'N'))).toEqual([
      expect.stringMatching(/^[\d.]+ s, connections$/),
      '1_01: N',
      '1_02: N',
      '1_03: N',
      '1_04: N',
    ]);
  });

  it('zooms all plots over time together, and back', async () => {
    await page.goto(address);
    const ticks = (): Promise<string[]> =>
      page.ask(
        `${JSON.stringify(TIME_CHARTS)}.map((id) => [...document.querySelectorAll('#' + id + ' .xticks text')].map((t) => t.textContent).join(' '))`,
      );
    const whole = await ticks();
    const box = await inView(page, '#throughput svg');
    const y = box.y + box.height / 2;
    await page.mouse('mousePressed', box.x + box.width * 0.3, y);
    await page.mouse('mouseMoved', box.x + box.width * 0.4, y);
    await page.mouse('mouseReleased', box.x + box.width * 0.4, y);
    const close = await ticks();
    expect(new Set(close).size).toBe(1);
    expect(close[0]).not.toBe(whole[0]);
    const [first, last] = [Number(close[0]!.split(' ')[0]), Number(close[0]!.split(' ').at(-1))];
    expect(last - first).toBeLessThan(2);
    for (const clicks of [1, 2]) {
      await page.mouse('mousePressed', box.x + box.width / 2, y, clicks);
      await page.mouse('mouseReleased', box.x + box.width / 2, y, clicks);
    }
    expect(await ticks()).toEqual(whole);
  });

  it('finds words in the list of decisions', async () => {
    await page.goto(address);
    const shown: string[] = await page.ask(`(() => {
      const find = document.querySelector('input[type=search]');
      find.value = '1_03 LOST';
      find.dispatchEvent(new Event('input'));
      return [...document.querySelectorAll('#decisions tbody tr:not([hidden])')].map((tr) => tr.children[2].textContent);
    })()`);
    expect(shown[0]).toMatch(/^member 1_03 is declared lost/);
    expect(shown.every((line) => line.includes('1_03') && line.includes('lost'))).toBe(true);
  });

  it('is dark on light on paper, whatever the screen is, and leaves nothing to scroll', async () => {
    await page.look('dark', 'print');
    await page.goto(address);
    expect(await page.ask('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.ask('getComputedStyle(document.querySelector(".tools")).display')).toBe('none');
    expect(await page.ask('getComputedStyle(document.querySelector(".scroll")).overflowY')).toBe('visible');
    await page.look('light');
  });

  it(
    'is made again by the verb, the same to the byte',
    async () => {
      const out = join(folder, 'again.html');
      const { run } = await rehearse(['report', '--out', out, '--runs', folder, '--json']);
      expect(readFileSync(out, 'utf8')).toBe(readFileSync(join(run, 'report.html'), 'utf8'));
      expect(readFileSync(join(folder, 'again.md'), 'utf8')).toBe(readFileSync(join(run, 'report.md'), 'utf8'));
    },
    WITHIN_MS,
  );
});

/** Where an element is after it was scrolled to. */
async function inView(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  return page.ask(`(() => {
    const e = document.querySelector('${selector}');
    e.scrollIntoView({ block: 'center' });
    const { x, y, width, height } = e.getBoundingClientRect();
    return { x, y, width, height };
  })()`);
}

describe('without a browser', () => {
  it('says the one command that installs it', () => {
    expect(() => findBrowser('/nowhere')).toThrow(
      'there is no chromium to look at the page with; install it:  apt-get install -y --no-install-recommends chromium',
    );
  });
});
