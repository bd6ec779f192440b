import { ethernet, llc, mpls, pppoe, vlan } from './ethernet.js';
import { loop, linuxCooked, nflog, nullLoopback, openBsdEnc, pflog, raw } from './host.js';
import { gre, ipv6, udpTunnel } from './ipv6.js';
import { LINK } from './link-types.js';
import { arcnet, infiniband, ipnet, juniperEthernet } from './other-media.js';
import { fddi, tokenRing } from './rings.js';
import { ciscoHdlc, frameRelay, ppp, pppHdlc } from './serial.js';
import { etherTypeStep, type Layer } from './step.js';
import { avs, prism, radiotap, wifi } from './wifi.js';
import { Window } from './window.js';

/** More headers than this in one frame is a loop made by a damaged or hostile file. */
const MAX_LAYERS = 64;

/** PKTAP also records events; only this record type holds a packet. */
const PKTAP_PACKET = 1;

/**
 * Finds the outermost IPv4 header of a frame, under whatever link layer and tunnels lie in front of it.
 * One object serves any number of frames; after `find` answered true, `window` begins at the header.
 */
export class Ipv4Finder {
  readonly window = new Window();

  /** False when the frame holds no IPv4 header that could be reached. Never throws. */
  find(linkType: number, bytes: Uint8Array, at: number, capLen: number, origLen: number): boolean {
    this.window.open(bytes, at, capLen, origLen);
    let layer = this.first(linkType, 0);
    for (let depth = 0; depth < MAX_LAYERS && layer !== 'none'; depth++) {
      if (layer === 'ip') {
        if (!this.window.has(1)) return false;
        const version = this.window.u8(0) >>> 4;
        layer = version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : 'none';
      }
      if (layer === 'ipv4') return true;
      layer = this.step(layer);
    }
    return false;
  }

  private step(layer: Layer): Layer {
    const w = this.window;
    switch (layer) {
      case 'ethernet':
        return ethernet(w);
      case 'vlan':
        return vlan(w);
      case 'llc':
        return llc(w);
      case 'mpls':
        return mpls(w);
      case 'pppoe':
        return pppoe(w);
      case 'ppp':
        return ppp(w);
      case 'pppHdlc':
        return pppHdlc(w);
      case 'ciscoHdlc':
        return ciscoHdlc(w);
      case 'ipv6':
        return ipv6(w);
      case 'gre':
        return gre(w);
      case 'udpTunnel':
        return udpTunnel(w);
      case 'wifi':
        return wifi(w, false);
      default:
        return 'none';
    }
  }

  private first(linkType: number, depth: number): Layer {
    const w = this.window;
    switch (linkType) {
      case LINK.ethernet:
        return 'ethernet';
      case LINK.tokenRing:
        return tokenRing(w);
      case LINK.fddi:
        return fddi(w);
      case LINK.null:
        return nullLoopback(w);
      case LINK.loop:
        return loop(w);
      case LINK.raw:
      case LINK.rawBsd:
      case LINK.rawOpenBsd:
        return raw(w);
      case LINK.ipv4:
      case LINK.atmClip:
        return 'ip';
      case LINK.ipv6:
        return 'ipv6';
      case LINK.ppp:
      case LINK.pppHdlc:
        return 'pppHdlc';
      case LINK.pppWithDirection:
        w.skip(1);
        return 'pppHdlc';
      case LINK.pppoe:
        return 'pppoe';
      case LINK.ciscoHdlc:
      case LINK.ciscoHdlcNetBsd:
        return 'ciscoHdlc';
      case LINK.frameRelay:
        return frameRelay(w);
      case LINK.linuxSll:
        return linuxCooked(w, 1, frameRelay, radiotap);
      case LINK.linuxSll2:
        return linuxCooked(w, 2, frameRelay, radiotap);
      case LINK.wifi:
        return 'wifi';
      case LINK.wifiRadiotap:
        return radiotap(w);
      case LINK.wifiPrism:
        return prism(w);
      case LINK.wifiAvs:
        return avs(w);
      case LINK.atmRfc1483:
        return 'llc';
      case LINK.ipOverFc:
        w.skip(16);
        return 'llc';
      case LINK.firewire:
        return this.firewire();
      case LINK.infiniband:
        return infiniband(w);
      case LINK.ipnet:
        return ipnet(w);
      case LINK.arcnetLinux:
        return arcnet(w);
      case LINK.juniperEthernet:
        return juniperEthernet(w);
      case LINK.openBsdEnc:
        return openBsdEnc(w);
      case LINK.pflog:
        return pflog(w);
      case LINK.nflog:
        return nflog(w);
      case LINK.ppi:
        return this.wrapped(2, 4, depth);
      case LINK.pktap:
      case LINK.user2:
        return w.has(8) && w.u32le(4) === PKTAP_PACKET ? this.wrapped(0, 8, depth) : 'none';
      default:
        return 'none';
    }
  }

  private firewire(): Layer {
    const w = this.window;
    if (!w.has(18)) return 'none';
    const type = w.u16(16);
    w.skip(18);
    return etherTypeStep(type, w);
  }

  /** PPI and PKTAP: a little-endian header length, and the link type of what follows. */
  private wrapped(lenAt: 0 | 2, typeAt: 4 | 8, depth: number): Layer {
    const w = this.window;
    if (!w.has(typeAt + 4) || depth > 0) return 'none';
    const linkType = w.u32le(typeAt);
    const lenBytes = lenAt === 0 ? w.u32le(0) : w.u16le(2);
    if (lenBytes < typeAt + 4) return 'none';
    w.skip(lenBytes);
    return this.first(linkType, depth + 1);
  }
}
