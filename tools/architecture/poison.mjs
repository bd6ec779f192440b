/** What a pure package must not touch while it runs: clocks, chance, timers, microtasks, and answers that depend on the machine. */
const forbiddenObjects = ['Date', 'Promise', 'BigInt', 'Intl', 'performance', 'crypto'];
const forbiddenFunctions = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'];

/** The file of the nearest caller outside this module, or '' for built-in code. */
function callerFile() {
  const before = { prepareStackTrace: Reflect.get(Error, 'prepareStackTrace'), stackTraceLimit: Error.stackTraceLimit };
  Error.stackTraceLimit = 6;
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getFileName() ?? '');
  const files = /** @type {unknown} */ (new Error().stack);
  Object.assign(Error, before);
  const names = /** @type {string[]} */ (files).map((name) => name.replace(/^file:\/\//, ''));
  return names.find((name) => name !== import.meta.filename) ?? '';
}

/**
 * Replaces the forbidden globals by ones that throw when the calling code is in a guilty file, and behave as ever for
 * everyone else: a test runner and its libraries need them.
 *
 * @param {Record<string, any>} globals changed in place
 * @param {(file: string) => boolean} isGuilty whether code of this file is to be caught
 */
export function poison(globals, isGuilty) {
  /** @param {string} name */
  const check = (name) => {
    const file = callerFile();
    if (isGuilty(file))
      throw new Error(`${name} is forbidden in pure code, but ${file} used it; pass its answer in as data`);
  };
  for (const name of forbiddenFunctions) {
    const original = globals[name];
    if (original === undefined) continue;
    globals[name] = new Proxy(original, {
      apply(target, self, args) {
        check(name);
        return Reflect.apply(target, self, args);
      },
    });
  }
  for (const name of forbiddenObjects) {
    const original = globals[name];
    if (original === undefined) continue;
    globals[name] = new Proxy(original, {
      get(target, key) {
        if (typeof key === 'string' && key !== 'prototype') check(`${name}.${key}`);
        const value = Reflect.get(target, key);
        const isMethodOfInstance = typeof target === 'object' && typeof value === 'function';
        return isMethodOfInstance ? value.bind(target) : value;
      },
      apply(target, self, args) {
        check(name);
        return Reflect.apply(target, self, args);
      },
      construct(target, args, newTarget) {
        check(name);
        return Reflect.construct(target, args, newTarget === globals[name] ? target : newTarget);
      },
    });
  }
  const random = globals['Math'].random;
  globals['Math'].random = () => {
    check('Math.random');
    return random();
  };
}
