/** An ONVIF device as the specifications of ONVIF describe it, with the habits of several makes. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A media profile. */
export interface OnvifCameraProfile {
  token: string;
  encoding: string;
  width: number;
  height: number;
  /** What it names as its stream. */
  uri: string;
}

export interface OnvifCameraOptions {
  manufacturer?: string;
  model?: string;
  profiles: readonly OnvifCameraProfile[];
  /** Absent: no login. */
  login?: { username: string; password: string };
  /** How it asks for the login; default `wsse`. */
  security?: 'wsse' | 'digest';
  /** Whether it has the newer media service, and no older one. */
  hasMedia2?: boolean;
  hasPtz?: boolean;
  /** JPEG at the address that it names for still pictures. */
  still?: Buffer;
  /** Milliseconds by which its clock is ahead. */
  clockOffsetMs?: number;
}

const IMAGING: Record<string, string> = { Brightness: '50', Contrast: '25', IrCutFilter: 'AUTO' };
const IMAGING_RANGES =
  '<tt:Brightness><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:Brightness><tt:Contrast><tt:Min>0</tt:Min><tt:Max>50</tt:Max></tt:Contrast>';
const OPEN = ['GetSystemDateAndTime'];
/** Older credentials are refused. */
const MAX_AGE_MS = 60_000;

/** Starts one on a free port of the loopback. */
export async function startOnvifCamera(options: OnvifCameraOptions) {
  const nonce = randomBytes(8).toString('hex');
  const state = {
    calls: [] as string[],
    refusals: 0,
    rebooted: 0,
    imaging: { ...IMAGING },
    subscriptions: 0,
  };
  const pending: string[] = [];
  const pulls: (() => void)[] = [];
  const wakePulls = (): void => {
    for (const wake of pulls.splice(0)) wake();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      response.writeHead(options.still ? 200 : 404, { 'Content-Type': 'image/jpeg' }).end(options.still);
      return;
    }
    const body = Buffer.concat(await request.toArray()).toString();
    const method = /<s:Body[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(body)?.[1] ?? '';
    state.calls.push(method);
    const signed =
      options.security === 'digest'
        ? request.headers.authorization !== undefined
        : body.includes('<UsernameToken>');
    if (!OPEN.includes(method) && !isAllowed(request, body)) {
      if (signed) state.refusals += 1;
      return refuse(response);
    }
    if (method === 'PullMessages' && state.subscriptions > 0 && pending.length === 0)
      await new Promise<void>((resolve) => {
        pulls.push(resolve);
        response.once('close', resolve);
      });
    const content = answers(method, body);
    response.writeHead(content === undefined ? 500 : 200, { 'Content-Type': 'application/soap+xml' });
    response.end(envelope(content ?? fault('ActionNotSupported')));
  }

  function refuse(response: ServerResponse): void {
    if (options.security !== 'digest')
      return void response.writeHead(400).end(envelope(fault('NotAuthorized')));
    const challenge = `Digest realm="onvif", qop="auth", nonce="${nonce}"`;
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
  }

  function isAllowed({ headers, method }: IncomingMessage, body: string): boolean {
    const { login } = options;
    if (login === undefined) return true;
    return options.security === 'digest'
      ? isSigned(headers.authorization ?? '', login, method ?? '')
      : hasToken(body, login, now());
  }

  function now(): number {
    return Date.now() + (options.clockOffsetMs ?? 0);
  }

  function answers(method: string, body: string): string | undefined {
    const at = (path: string): string => `http://127.0.0.1:${port}/onvif/${path}`;
    const { manufacturer = 'Example', model = 'Cam 1', profiles } = options;
    const token = /<ProfileToken>([^<]*)</.exec(body)?.[1];
    const profile = profiles.find((candidate) => candidate.token === token);
    switch (method) {
      case 'GetSystemDateAndTime':
        return dateAndTime(new Date(now()));
      case 'GetServices':
        return services(at, options);
      case 'GetDeviceInformation':
        return `<tds:GetDeviceInformationResponse><tds:Manufacturer>${manufacturer}</tds:Manufacturer><tds:Model>${model}</tds:Model><tds:FirmwareVersion>1.2.3</tds:FirmwareVersion><tds:SerialNumber>42</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>`;
      case 'GetProfiles':
        return `<trt:GetProfilesResponse>${profiles.map((one) => (options.hasMedia2 ? newProfile(one) : oldProfile(one, options))).join('')}</trt:GetProfilesResponse>`;
      case 'GetVideoSources':
        return '<trt:GetVideoSourcesResponse><trt:VideoSources token="V1"><tt:Framerate>25</tt:Framerate><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution></trt:VideoSources></trt:GetVideoSourcesResponse>';
      case 'GetVideoSourceConfigurations':
        return '<tr2:GetVideoSourceConfigurationsResponse><tr2:Configurations token="VC1"><tt:Name>V</tt:Name><tt:SourceToken>V1</tt:SourceToken></tr2:Configurations></tr2:GetVideoSourceConfigurationsResponse>';
      case 'GetStreamUri':
        if (profile === undefined) return undefined;
        return options.hasMedia2
          ? `<tr2:GetStreamUriResponse><tr2:Uri>${profile.uri}</tr2:Uri></tr2:GetStreamUriResponse>`
          : `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${profile.uri}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>`;
      case 'GetSnapshotUri':
        if (options.still === undefined) return undefined;
        return `<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>http://10.0.0.1:${port}/snap.jpg</tt:Uri></trt:MediaUri></trt:GetSnapshotUriResponse>`;
      case 'GetImagingSettings':
        return `<timg:GetImagingSettingsResponse><timg:ImagingSettings>${elements(state.imaging)}</timg:ImagingSettings></timg:GetImagingSettingsResponse>`;
      case 'GetOptions':
        return `<timg:GetOptionsResponse><timg:ImagingOptions>${IMAGING_RANGES}</timg:ImagingOptions></timg:GetOptionsResponse>`;
      case 'SetImagingSettings':
        for (const name of Object.keys(state.imaging)) {
          const value = new RegExp(`<${name}[^>]*>([^<]*)<`).exec(body)?.[1];
          if (value !== undefined) state.imaging[name] = value;
        }
        return '<timg:SetImagingSettingsResponse/>';
      case 'CreatePullPointSubscription':
        state.subscriptions += 1;
        return `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>${at('subscription')}</wsa:Address></tev:SubscriptionReference>${times(now())}</tev:CreatePullPointSubscriptionResponse>`;
      case 'PullMessages':
        if (state.subscriptions === 0) return undefined;
        return `<tev:PullMessagesResponse>${times(now(), 'tev')}${pending.splice(0).join('')}</tev:PullMessagesResponse>`;
      case 'Renew':
        return `<wsnt:RenewResponse>${times(now())}</wsnt:RenewResponse>`;
      case 'Unsubscribe':
        if (state.subscriptions === 0) return undefined;
        state.subscriptions -= 1;
        return '<wsnt:UnsubscribeResponse/>';
      case 'SystemReboot':
        state.rebooted += 1;
        return '<tds:SystemRebootResponse><tds:Message>Rebooting</tds:Message></tds:SystemRebootResponse>';
      default:
        return undefined;
    }
  }

  return {
    state,
    port,
    /** Tells who has subscribed. @param data name and value of what it found; none for a moment */
    notify: (topic: string, data: Record<string, boolean> = {}, operation = 'Changed') => {
      const items = Object.entries(data).map(
        ([name, value]) => `<tt:SimpleItem Name="${name}" Value="${value}"/>`,
      );
      pending.push(
        `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-01-01T00:00:00Z" PropertyOperation="${operation}"><tt:Source><tt:SimpleItem Name="Source" Value="V1"/></tt:Source><tt:Data>${items.join('')}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`,
      );
      wakePulls();
    },
    /** Forgets its subscriptions, as after a restart. */
    forget: () => {
      state.subscriptions = 0;
      wakePulls();
    },
    close: () => {
      wakePulls();
      server.closeAllConnections();
      server.close();
    },
  };
}

function services(at: (path: string) => string, { hasMedia2, hasPtz }: OnvifCameraOptions): string {
  const service = (namespace: string, path: string): string =>
    `<tds:Service><tds:Namespace>http://www.onvif.org/${namespace}/wsdl</tds:Namespace><tds:XAddr>${at(path)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>`;
  return `<tds:GetServicesResponse>${[
    service('ver10/device', 'device_service'),
    hasMedia2 ? service('ver20/media', 'media2_service') : service('ver10/media', 'media_service'),
    ...(hasPtz ? [service('ver20/ptz', 'ptz_service')] : []),
    service('ver20/imaging', 'imaging_service'),
    service('ver10/events', 'event_service'),
  ].join('')}</tds:GetServicesResponse>`;
}

function oldProfile(
  { token, encoding, width, height }: OnvifCameraProfile,
  { hasPtz }: OnvifCameraOptions,
): string {
  return `<trt:Profiles token="${token}" fixed="true"><tt:Name>${token}</tt:Name><tt:VideoSourceConfiguration token="VC1"><tt:Name>V</tt:Name><tt:SourceToken>V1</tt:SourceToken></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="E-${token}"><tt:Name>E</tt:Name><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution></tt:VideoEncoderConfiguration>${hasPtz ? '<tt:PTZConfiguration token="P1"><tt:Name>P</tt:Name></tt:PTZConfiguration>' : ''}</trt:Profiles>`;
}

function newProfile({ token, encoding, width, height }: OnvifCameraProfile): string {
  return `<tr2:Profiles token="${token}" fixed="true"><tr2:Name>${token}</tr2:Name><tr2:Configurations><tr2:VideoSource token="VC1"><tt:Name>V</tt:Name><tt:SourceToken>V1</tt:SourceToken></tr2:VideoSource><tr2:VideoEncoder token="E-${token}"><tt:Name>E</tt:Name><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution></tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>`;
}

function dateAndTime(date: Date): string {
  const time = `<tt:Hour>${date.getUTCHours()}</tt:Hour><tt:Minute>${date.getUTCMinutes()}</tt:Minute><tt:Second>${date.getUTCSeconds()}</tt:Second>`;
  const day = `<tt:Year>${date.getUTCFullYear()}</tt:Year><tt:Month>${date.getUTCMonth() + 1}</tt:Month><tt:Day>${date.getUTCDate()}</tt:Day>`;
  return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime><tt:Time>${time}</tt:Time><tt:Date>${day}</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
}

function times(now: number, prefix = 'wsnt'): string {
  const [current, end] = [now, now + 120_000].map((time) => new Date(time).toISOString());
  return `<${prefix}:CurrentTime>${current}</${prefix}:CurrentTime><${prefix}:TerminationTime>${end}</${prefix}:TerminationTime>`;
}

function elements(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `<tt:${name}>${value}</tt:${name}>`)
    .join('');
}

function envelope(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>${content}</s:Body></s:Envelope>`;
}

function fault(subcode: string): string {
  return `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">${subcode === 'NotAuthorized' ? 'Sender not authorized' : subcode}</s:Text></s:Reason></s:Fault>`;
}

/** WS-Security UsernameToken Profile 1.1. */
function hasToken(body: string, login: { username: string; password: string }, now: number): boolean {
  const value = (name: string): string => new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)<`).exec(body)?.[1] ?? '';
  const [nonce, created] = [Buffer.from(value('Nonce'), 'base64'), value('Created')];
  const expected = createHash('sha1').update(nonce).update(created).update(login.password).digest('base64');
  const isFresh = Math.abs(Date.parse(created) - now) < MAX_AGE_MS;
  return isFresh && value('Username') === login.username && value('Password') === expected;
}

/** RFC 2617. */
function isSigned(header: string, login: { username: string; password: string }, method: string): boolean {
  const value = (name: string): string =>
    new RegExp(`\\b${name}=(?:"([^"]*)"|([^,\\s]+))`).exec(header)?.slice(1).find(Boolean) ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const ha1 = md5(`${login.username}:onvif:${login.password}`);
  const ha2 = md5(`${method}:${value('uri')}`);
  const expected = md5(`${ha1}:${value('nonce')}:${value('nc')}:${value('cnonce')}:auth:${ha2}`);
  return value('response') === expected;
}
