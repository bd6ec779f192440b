import { describe, expect, it } from '@jest/globals';
import { parseDelivery } from './log-follower.js';

describe('places in a delivery', () => {
  it('are read with and without a domain', () => {
    const place = { streamSeq: 412, consumerSeq: 7 };
    expect(parseDelivery('$JS.ACK.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3')).toEqual(place);
    expect(parseDelivery('$JS.ACK.site1.Ab3dE.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3')).toEqual(place);
    expect(parseDelivery('$JS.ACK._.Ab3dE.demo_LOG_1.follow-1.1.412.7.1700000000000000000.3.rnd')).toEqual(place);
  });

  it('are not read from anything else', () => {
    expect(parseDelivery('')).toBeUndefined();
    expect(parseDelivery('_INBOX.demo.lab.lab.x.1')).toBeUndefined();
    expect(parseDelivery('a.b.c.d.e.f.g.h.i')).toBeUndefined();
  });
});
