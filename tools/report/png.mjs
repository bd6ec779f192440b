import { crc32, deflateSync, inflateSync } from 'node:zlib';

// Once: within a test every look at a global is slow.
const { abs } = Math;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Pixels of a picture, three bytes each.
 * @typedef {{ width: number, height: number, rgb: Uint8Array }} Picture
 */

/**
 * Reads a PNG of eight bits a channel without interlacing, as browsers write them.
 * @param {Buffer} file
 * @returns {Picture}
 */
export function readPng(file) {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error('expected a PNG, saw another file');
  let at = 8;
  let [width, height, channels] = [0, 0, 0];
  const parts = [];
  while (at < file.length) {
    const size = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + size);
    at += size + 12;
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      channels = { 2: 3, 6: 4 }[/** @type {2 | 6} */ (data[9])] ?? 0;
      if (data[8] !== 8 || channels === 0 || data[12] !== 0)
        throw new Error('expected a PNG of eight bits a channel in colour, without interlacing');
    } else if (type === 'IDAT') parts.push(data);
  }
  const lines = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = lines[i * channels + c];
  }
  return { width, height, rgb };
}

/** @param {Buffer} raw @param {number} stride @param {number} height @param {number} step bytes a pixel */
function unfilter(raw, stride, height, step) {
  const out = new Uint8Array(stride * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const begin = y * (stride + 1);
    const kind = raw[begin];
    const line = out.subarray(y * stride, (y + 1) * stride);
    line.set(raw.subarray(begin + 1, begin + 1 + stride));
    if (kind === 1) for (let x = step; x < stride; x++) line[x] += line[x - step];
    else if (kind === 2) for (let x = 0; x < stride; x++) line[x] += above[x];
    else if (kind === 3) for (let x = 0; x < stride; x++) line[x] += ((x < step ? 0 : line[x - step]) + above[x]) >> 1;
    else if (kind === 4) {
      for (let x = 0; x < step; x++) line[x] += above[x];
      for (let x = step; x < stride; x++) line[x] += nearest(line[x - step], above[x], above[x - step]);
    }
    above = line;
  }
  return out;
}

/** @param {number} a @param {number} b @param {number} c */
function nearest(a, b, c) {
  const [pa, pb, pc] = [abs(b - c), abs(a - c), abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** @param {Picture} picture @param {number} x @param {number} y @param {number} width @param {number} height @returns {Picture} */
export function crop(picture, x, y, width, height) {
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * picture.width + x) * 3;
    rgb.set(picture.rgb.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, rgb };
}

/** @param {Picture} picture @returns {Buffer} a PNG */
export function writePng({ width, height, rgb }) {
  const raw = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) raw.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(raw, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The left half of one picture and the right half of another. @param {Picture} left @param {Picture} right @returns {Picture} */
export function beside(left, right) {
  const { width } = left;
  const height = Math.min(left.height, right.height);
  const rgb = new Uint8Array(width * height * 3);
  const half = (width >> 1) * 3;
  for (let y = 0; y < height; y++) {
    const from = y * width * 3;
    rgb.set(left.rgb.subarray(from, from + half), from);
    rgb.set(right.rgb.subarray(from + half, from + width * 3), from + half);
  }
  return { width, height, rgb };
}

/** How many pixels have this colour, give or take `near` in each part. @param {Picture} picture @param {readonly number[]} colour @param {number} [near] */
export function countColour({ rgb }, colour, near = 24) {
  let count = 0;
  for (let at = 0; at < rgb.length; at += 3) {
    if (
      abs(rgb[at] - colour[0]) <= near &&
      abs(rgb[at + 1] - colour[1]) <= near &&
      abs(rgb[at + 2] - colour[2]) <= near
    )
      count++;
  }
  return count;
}
