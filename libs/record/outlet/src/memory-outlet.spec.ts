import { MemoryOutlet } from './testing/memory-outlet.js';
import { outletContract } from './testing/outlet-contract.js';

outletContract('memory', () => {
  const outlet = new MemoryOutlet();
  return Promise.resolve({
    outlet,
    taken: (series) =>
      Promise.resolve(
        outlet
          .events()
          .filter((e) => e.series === series)
          .map(({ seq, contentType, body }) => ({ key: `${series}/${seq}`, contentType, body })),
      ),
    close: () => Promise.resolve(),
  });
});
