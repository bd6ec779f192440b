/** The software of a fabric: releases, jumbo takes and their packages. */
export * from './catalogue/index.js';
