import module from 'node:module';

/*
 * The schema library brings its messages in sixty languages, a file each, and nobody here asks for one but English,
 * which it loads by itself. Reading them takes longer than everything else a short command does. Where Node has no
 * such hooks yet, or the library is laid out in another way, they are read as ever.
 */
module.registerHooks?.({
  resolve: (specifier, context, next) =>
    specifier === '../locales/index.js' && context.parentURL?.includes('/node_modules/zod/') === true
      ? { url: 'data:text/javascript,', shortCircuit: true }
      : next(specifier, context),
});
