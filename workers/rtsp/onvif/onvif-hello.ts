/** Sees where a host has an ONVIF service, without a password. */
import { CameraHttp } from '../source/camera-http.ts';
import { type AddressGuard, resolveChecked } from '../source/resolve.ts';

export const ONVIF_PATH = '/onvif/device_service';
const HELLO_MS = 2000;
/** The one question that any device answers without a password (ONVIF Core Specification, section 8.3.13). */
const HELLO =
  '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>';
const SOAP_HEADERS = { 'content-type': 'application/soap+xml; charset=utf-8' };

/** The port of a host's ONVIF service; undefined where there is none. No password is sent. */
export async function findOnvif(
  host: string,
  guard: AddressGuard,
  ports: readonly number[],
): Promise<number | undefined> {
  const answers = await Promise.all(ports.map((port) => isOnvif(host, port, guard)));
  return ports.find((_port, index) => answers[index]);
}

async function isOnvif(host: string, port: number, guard: AddressGuard): Promise<boolean> {
  let http: CameraHttp | undefined;
  try {
    const lookup = await resolveChecked(host, port, guard);
    http = new CameraHttp({ host, port, lookup, username: '', password: '', timeoutMs: HELLO_MS });
    const { body } = await http.request({
      method: 'POST',
      path: ONVIF_PATH,
      headers: SOAP_HEADERS,
      body: HELLO,
    });
    return /<(?:[\w.-]{1,32}:)?Envelope[\s>]/.test(body.slice(0, 1024));
  } catch {
    return false;
  } finally {
    http?.close();
  }
}
