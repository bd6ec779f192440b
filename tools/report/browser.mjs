// A browser without a window, spoken to by its debugging protocol: looks at a page as a reader does.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL = 'apt-get install -y --no-install-recommends chromium';
const STARTS_WITHIN_MS = 60_000;

/** @returns {string} the browser's program. Throws with the command that installs it. */
export function findBrowser(path = process.env['PATH'] ?? '') {
  for (const folder of path.split(delimiter)) {
    for (const name of NAMES) {
      const program = join(folder, name);
      try {
        accessSync(program, constants.X_OK);
        return program;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`there is no chromium to look at the page with; install it:  ${INSTALL}`);
}

/** One page in a browser of its own. `close` ends it. */
export class Page {
  /** Texts of errors that the page or the browser reported. */
  errors = /** @type {string[]} */ ([]);
  /** Addresses that were asked for. */
  requests = /** @type {string[]} */ ([]);
  #child;
  #folder;
  #socket = /** @type {WebSocket | undefined} */ (undefined);
  #session = '';
  #sent = 0;
  #size = { width: 0, height: 0 };
  #waiting = /** @type {Map<number, { done: (result: any) => void, failed: (error: Error) => void }>} */ (new Map());
  #loaded = /** @type {(() => void) | undefined} */ (undefined);

  /** @param {{ width?: number, height?: number }} [size] */
  static async open({ width = 1100, height = 900 } = {}) {
    const page = new Page();
    try {
      await page.#connect(width, height);
      return page;
    } catch (error) {
      page.close();
      throw error;
    }
  }

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'rehearsal-browser-'));
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--force-color-profile=srgb',
      '--remote-debugging-port=0',
      `--user-data-dir=${this.#folder}`,
      'about:blank',
    ];
    this.#child = spawn(findBrowser(), flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** @param {number} width @param {number} height */
  async #connect(width, height) {
    const address = await this.#address();
    this.#socket = new WebSocket(address);
    await new Promise((done, failed) => {
      this.#socket?.addEventListener('open', done, { once: true });
      this.#socket?.addEventListener('error', () => failed(new Error(`no connection to ${address}`)), { once: true });
    });
    this.#socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data))));
    const { targetInfos } = await this.send('Target.getTargets', {});
    const { targetId } = targetInfos.find((/** @type {any} */ t) => t.type === 'page');
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.send(`${domain}.enable`, {});
    this.#size = { width, height };
    await this.#show(width, height);
  }

  /** @param {number} width @param {number} height of what is in view */
  async #show(width, height) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** @returns {Promise<string>} where the browser listens */
  #address() {
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error('the browser did not start')), STARTS_WITHIN_MS);
      this.#child.on('exit', (code) => failed(new Error(`the browser ended with ${code}`)));
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        const match = /DevTools listening on (\S+)/.exec(line);
        if (match === null) return;
        clearTimeout(timer);
        done(/** @type {string} */ (match[1]));
      });
    });
  }

  /** @param {any} message */
  #take({ id, result, error, method, params }) {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.done(result);
      else waiting?.failed(new Error(error.message));
    } else if (method === 'Page.loadEventFired') this.#loaded?.();
    else if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    else if (method === 'Log.entryAdded' && params.entry.level === 'error') this.errors.push(params.entry.text);
    else if (method === 'Runtime.exceptionThrown')
      this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  }

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  send(method, params) {
    const id = ++this.#sent;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#socket?.send(JSON.stringify({ id, method, params, ...session }));
    });
  }

  /** @param {string} address @returns {Promise<number>} ms until everything was there */
  async goto(address) {
    const loaded = new Promise((done) => {
      this.#loaded = () => done(undefined);
    });
    const began = performance.now();
    await this.send('Page.navigate', { url: address });
    await loaded;
    // Everything is drawn once a frame was.
    await this.send('Page.captureScreenshot', { format: 'png', clip: { x: 0, y: 0, width: 10, height: 10, scale: 1 } });
    return performance.now() - began;
  }

  /** @param {'light' | 'dark'} scheme @param {'screen' | 'print'} [media] */
  async look(scheme, media = 'screen') {
    await this.send('Emulation.setEmulatedMedia', {
      media,
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }

  /** @param {boolean} allowed whether scripts of the next page run */
  async scripts(allowed) {
    await this.send('Emulation.setScriptExecutionDisabled', { value: !allowed });
  }

  /** @param {string} expression @returns {Promise<any>} its value, as JSON */
  async ask(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  /** Where an element is on the page. @param {string} selector @returns {Promise<{ x: number, y: number, width: number, height: number }>} */
  async boxOf(selector) {
    const box = await this.ask(`(() => {
      const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
      return box && { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };
    })()`);
    if (box === undefined) throw new Error(`there is no ${selector} on the page`);
    return box;
  }

  /** @param {{ x: number, y: number, width: number, height: number }} [box] default: what is in view @returns {Promise<Buffer>} a PNG */
  async picture(box) {
    if (box === undefined) return this.#capture({});
    const { width, height } = this.#size;
    // A browser draws what is in view before it shows a frame, and the rest when it has time.
    await this.#show(Math.max(width, Math.ceil(box.x + box.width)), Math.max(height, Math.ceil(box.y + box.height)));
    const picture = await this.#capture({ clip: { ...box, scale: 1 } });
    await this.#show(width, height);
    return picture;
  }

  /** @param {object} what @returns {Promise<Buffer>} */
  async #capture(what) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', ...what });
    return Buffer.from(data, 'base64');
  }

  /** @param {'mouseMoved' | 'mousePressed' | 'mouseReleased'} type @param {number} x in view @param {number} y @param {number} [clicks] */
  async mouse(type, x, y, clicks = 1) {
    const button = type === 'mouseMoved' ? 'none' : 'left';
    await this.send('Input.dispatchMouseEvent', { type, x, y, button, clickCount: type === 'mouseMoved' ? 0 : clicks });
  }

  close() {
    this.#socket?.close();
    this.#child.removeAllListeners('exit');
    this.#child.once('exit', () => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 }));
    this.#child.kill('SIGKILL');
  }
}
