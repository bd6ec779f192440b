/** Packet views, capture files read and written, and packets built from scratch. */
export { CaptureError, type CaptureFault, type PartialRead } from './capture/capture-error.js';
export { captureInfo, summarizeCapture, type CaptureInfo, type CaptureSummary } from './capture/capture-info.js';
export { Announced, MAX_ANNOUNCED } from './control/announced.js';
export { ftpControl } from './control/ftp-control.js';
export { FTP_LINE, writeFtpLine, type FtpLine } from './control/write-ftp.js';
export { sipMessage } from './control/sip-message.js';
export { SIP_MESSAGE, writeSipMessage, type SipFields, type SipMessage } from './control/write-sip.js';
export { TextWriter } from './control/text-writer.js';
export { emptyFrame, type Frame } from './capture/frame.js';
export { frameBytes, readCapture, type Capture } from './capture/read-capture.js';
export {
  PcapngBuilder,
  writePcap,
  type FrameToWrite,
  type InterfaceToWrite,
  type PacketNotes,
  type PcapOptions,
  type SectionToWrite,
} from './capture/write-capture.js';
export { Ipv4Finder } from './link/find-ipv4.js';
export { LINK } from './link/link-types.js';
export { Window } from './link/window.js';
export { addressText, parseAddress } from './packet/address.js';
export {
  ICMP_PAYLOAD_AT,
  TCP_PAYLOAD_AT,
  UDP_PAYLOAD_AT,
  writeEcho,
  writeIcmp,
  writeIcmpError,
  writeTcp,
  writeUdp,
  type EchoFields,
  type IcmpFields,
  type TcpFields,
  type UdpFields,
} from './packet/build.js';
export { IKE_EXCHANGE, ikePayloadAt, writeIke, type IkeExchange, type IkeFields } from './packet/build-ike.js';
export {
  ESP_PAYLOAD_AT,
  GRE_PAYLOAD_AT,
  GTP_U_PAYLOAD_AT,
  NAT_T_PAYLOAD_AT,
  PORT,
  writeEsp,
  writeGre,
  writeGtpU,
  writeNatT,
  type EspFields,
  type GreFields,
  type GtpUFields,
  type NatTFields,
} from './packet/build-tunnels.js';
export { checksumOk } from './packet/checksum.js';
export { HeadersLength } from './packet/headers-length.js';
export { maxFragments, writeFragment } from './packet/fragment.js';
export {
  IPV4_HEADER_BYTES,
  KIND,
  KIND_NAMES,
  PacketView,
  PROTOCOL,
  TCP_FLAG,
  TCP_HEADER_BYTES,
  UDP_HEADER_BYTES,
  type Kind,
} from './packet/packet-view.js';
export { REWRITE, rewritePacket, type Rewrite } from './packet/rewrite-packet.js';
export { rewriteAddresses } from './packet/rewrite.js';
export { writeIpv4, type IpFields } from './packet/write-header.js';
