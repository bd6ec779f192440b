/** Packet views, capture files read and written, and packets built from scratch. */
export { CaptureError, type CaptureFault, type PartialRead } from './capture/capture-error.js';
export { captureInfo, summarizeCapture, type CaptureInfo, type CaptureSummary } from './capture/capture-info.js';
export { emptyFrame, type Frame } from './capture/frame.js';
export { frameBytes, readCapture, type Capture } from './capture/read-capture.js';
export { Ipv4Finder } from './link/find-ipv4.js';
export { LINK } from './link/link-types.js';
export { Window } from './link/window.js';
