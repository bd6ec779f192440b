// Makes docs/report.png: the top of a report and its first plots, by day and by night. Build first.
//   node tools/report/picture.mjs
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Page } from './browser.mjs';
import { beside, crop, readPng, writePng } from './png.mjs';
import { sampleReport } from './sample-report.mjs';

const out = fileURLToPath(new URL('../../docs/report.png', import.meta.url));
const WIDTH = 1060;

const folder = mkdtempSync(join(tmpdir(), 'rehearsal-picture-'));
const page = await Page.open({ width: WIDTH, height: 1000 });
try {
  const { report } = await sampleReport(folder);
  /** @param {'light' | 'dark'} scheme */
  const seen = async (scheme) => {
    await page.look(scheme);
    await page.goto(pathToFileURL(report).href);
    const last = await page.boxOf('#connections');
    const ledger = await page.boxOf('h2');
    const plots = await page.boxOf('h2:nth-of-type(2)');
    const whole = readPng(
      await page.picture({ x: 0, y: 0, width: WIDTH, height: Math.ceil(last.y + last.height + 10) }),
    );
    // The ledger's tables would take half of the picture.
    const top = crop(whole, 0, 0, WIDTH, Math.floor(ledger.y));
    const from = Math.floor(plots.y);
    const bottom = crop(whole, 0, from, WIDTH, whole.height - from);
    return { width: WIDTH, height: top.height + bottom.height, rgb: Uint8Array.from([...top.rgb, ...bottom.rgb]) };
  };
  const [day, night] = [await seen('light'), await seen('dark')];
  writeFileSync(out, writePng(beside(day, night)));
  console.log(out);
} finally {
  page.close();
  rmSync(folder, { recursive: true, force: true });
}
