/** What a camera of the corpus does otherwise than a camera that keeps to the standards. */
import type { Socket } from 'node:net';
import type { ClipName } from './clips.ts';

/** An RTSP message of the client. */
export interface Request {
  method: string;
  uri: string;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** An answer before it is written. */
export interface Reply {
  status: string;
  headers: [string, string][];
  body: string;
}

/** The payload of an RTP packet and what its header says. */
export interface Outgoing {
  payload: Buffer;
  marker: boolean;
  ticks: number;
  payloadType: number;
  ssrc: number;
  /** Leaves so many sequence numbers out before it. */
  skip?: number;
  /** Sends it under the sequence number of the packet before. */
  repeat?: boolean;
  extension?: Buffer;
  /** Bytes of padding. */
  padding?: number;
  csrc?: number;
}

/** A connection as the camera sees it. */
export interface Session {
  socket: Socket;
  /** Which session of this camera it is, from 0. */
  number: number;
  /** Addresses that were set up. */
  setups: string[];
  requests: Request[];
  /** Answers of the client to requests of the camera. */
  answers: string[];
  /** RTCP packets of the client. */
  reports: number;
  isPlaying: boolean;
  send(bytes: Buffer | string): void;
  hangUp(): void;
}

/** A camera: everything that is not named is as the standards have it. */
export interface Script {
  clip?: ClipName;
  /** Pictures per second; default: of the clip. */
  fps?: number;
  /** Most bytes of a payload. */
  payloadBytes?: number;
  /** Changes the description. */
  sdp?(text: string, session: Session): string;
  /** Says which pictures are sent; default: all, again and again. */
  sends?(nals: readonly Buffer[], index: number): boolean;
  /** Changes the NAL units of a picture before they are packed. */
  nals?(nals: Buffer[], index: number): Buffer[];
  /** Changes the packets of a picture. */
  packets?(packets: Outgoing[], nals: readonly Buffer[], index: number): Outgoing[];
  /** RTP time of a picture. */
  ticks?(index: number, session: Session): number;
  /** How long the camera waits before a picture, milliseconds. */
  waitMs?(index: number): number;
  /** Changes the bytes of a framed packet. */
  framed?(bytes: Buffer, index: number): Buffer;
  /** Sends these bytes instead of the clip when playing starts, as fast as they are taken, and hangs up. */
  recorded?: Buffer;
  /** Writes between pictures. */
  between?(session: Session, index: number): void;
  /** Changes an answer; undefined sends none. */
  reply?(reply: Reply, request: Request, session: Session): Reply | undefined | Promise<Reply | undefined>;
  /** Changes the bytes of an answer. */
  raw?(bytes: string, request: Request): string;
  /** Called when playing starts. */
  onPlay?(session: Session): void;
  /** Hangs up when no request came for this long, milliseconds. */
  timeoutMs?: number;
  /** Which requests count for it; default: all. */
  isSignOfLife?(request: Request): boolean;
  /** Has PCMA sound, and sends it. */
  hasSound?: boolean;
  /** Takes TLS connections only. */
  isTls?: boolean;
  tls?: object;
}
