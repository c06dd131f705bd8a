/** The one door to `onvif`, which is loaded when a camera is first asked by it. */
import { createRequire } from 'node:module';
import { guardSoap } from './soap-guard.ts';

/** What the library hands to a callback. */
export type Callback = (error: Error | null, data?: unknown, xml?: string, status?: number) => void;

/** A request that the library wants sent. */
export interface SoapRequest {
  body: string;
  service?: string;
  url?: { path?: string; pathname?: string; search?: string };
}

/** The part of the library's camera that is used here. */
export interface LibraryCamera extends Record<Method, (...values: unknown[]) => void> {
  path: string;
  uri?: Record<string, { path?: string }>;
  /** Milliseconds to add to the uptime of this process. */
  timeShift?: number;
  _request(request: SoapRequest, callback: Callback): void;
}

/** The library itself. */
export interface Library {
  Cam: new (options: object) => LibraryCamera;
  parseSOAPString(xml: string, callback: Callback, status: number): void;
}

/** Its methods that are called here. */
export type Method =
  | 'connect'
  | 'getSystemDateAndTime'
  | 'getDeviceInformation'
  | 'getProfiles'
  | 'getStreamUri'
  | 'getSnapshotUri'
  | 'getPresets'
  | 'setPreset'
  | 'removePreset'
  | 'gotoPreset'
  | 'gotoHomePosition'
  | 'getStatus'
  | 'continuousMove'
  | 'absoluteMove'
  | 'relativeMove'
  | 'stop'
  | 'getImagingSettings'
  | 'setImagingSettings'
  | 'getVideoSourceOptions'
  | 'createPullPointSubscription'
  | 'pullMessages'
  | 'renew'
  | 'unsubscribe'
  | 'systemReboot';

/** Loads the library. */
export function loadLibrary(): Library {
  const require = createRequire(import.meta.url);
  return { ...require('onvif'), ...require('onvif/lib/utils.js') } as Library;
}

/**
 * The body of a SOAP message, each element as a list of its occurrences, names without prefix.
 * @throws AppError `control-refused` for one beyond our bounds; Error for what is no SOAP
 */
export async function parseSoap(text: string): Promise<unknown> {
  const { parseSOAPString } = loadLibrary();
  const guarded = guardSoap(text);
  return new Promise((resolve, reject) => {
    parseSOAPString(guarded, (error, body) => (error ? reject(error) : resolve(body)), 200);
  });
}
