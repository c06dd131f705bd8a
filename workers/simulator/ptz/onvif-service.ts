/**
 * ONVIF's device, media and PTZ services (Core, Media and PTZ Service Specification), the operations that a client needs
 * to play and move the simulated camera. Requests are read by pattern: this camera answers clients of its own host.
 */
import { LIMITS, type Mount, type Pose } from './mount.ts';

/** What the services say of the camera. */
export interface OnvifFacts {
  /** Address of this service as the client wrote it, `host:port`. */
  host: string;
  streamUrl: string;
  width: number;
  height: number;
  framesPerSecond: number;
}

const PROFILE = 'main';
const NAMESPACES = [
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope"',
  'xmlns:tt="http://www.onvif.org/ver10/schema"',
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
  'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"',
  'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"',
].join(' ');
/** Preset tokens and names as a client may choose them. */
const PRESET = /^[\p{L}\p{N} _.,:()-]{1,64}$/u;

/** Answers a SOAP request. @returns undefined for an operation that the camera does not have */
export function answerOnvif(mount: Mount, request: string, facts: OnvifFacts): string | undefined {
  const operation = /<(?:[\w-]+:)?Body\b[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(request)?.[1] ?? '';
  const answer = OPERATIONS[operation]?.(mount, request, facts);
  if (answer === undefined) return undefined;
  const [prefix, body] = answer;
  const element = `${prefix}:${operation}Response`;
  return envelope(`<${element}>${body}</${element}>`);
}

/** The answer to an operation that the camera does not have. */
export function onvifFault(): string {
  return envelope(
    '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">Action not supported</s:Text></s:Reason></s:Fault>',
  );
}

type Answer = readonly [prefix: 'tds' | 'trt' | 'tptz', body: string];

const OPERATIONS: Readonly<
  Record<string, (mount: Mount, request: string, facts: OnvifFacts) => Answer | undefined>
> = {
  GetSystemDateAndTime: () => ['tds', `<tds:SystemDateAndTime>${clock(new Date())}</tds:SystemDateAndTime>`],
  GetCapabilities: (_mount, _request, { host }) => [
    'tds',
    `<tds:Capabilities>${['Device', 'Media', 'PTZ']
      .map((name) => `<tt:${name}><tt:XAddr>http://${host}/onvif/device_service</tt:XAddr></tt:${name}>`)
      .join('')}</tds:Capabilities>`,
  ],
  GetDeviceInformation: () => [
    'tds',
    '<tds:Manufacturer>Simulator</tds:Manufacturer><tds:Model>PTZ</tds:Model><tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>',
  ],
  GetVideoSources: (_mount, _request, facts) => [
    'trt',
    `<trt:VideoSources token="source"><tt:Framerate>${facts.framesPerSecond}</tt:Framerate>${resolution(facts)}</trt:VideoSources>`,
  ],
  GetProfiles: (_mount, _request, facts) => ['trt', profile(facts)],
  GetStreamUri: (_mount, _request, { streamUrl }) => [
    'trt',
    `<trt:MediaUri><tt:Uri>${streamUrl}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>`,
  ],
  GetStatus: (mount) => {
    const moves = mount.isMoving ? 'MOVING' : 'IDLE';
    return [
      'tptz',
      `<tptz:PTZStatus><tt:Position>${vectorOf(mount.pose)}</tt:Position><tt:MoveStatus><tt:PanTilt>${moves}</tt:PanTilt><tt:Zoom>${moves}</tt:Zoom></tt:MoveStatus></tptz:PTZStatus>`,
    ];
  },
  ContinuousMove: (mount, request) => done(() => mount.drive(readVector(request))),
  AbsoluteMove: (mount, request) => done(() => mount.travelTo(toPose(readVector(request)))),
  RelativeMove: (mount, request) => done(() => mount.travelBy(toDistance(readVector(request)))),
  Stop: (mount) => done(() => mount.stop()),
  GotoHomePosition: (mount) => done(() => mount.home()),
  GetPresets: (mount) => [
    'tptz',
    [...mount.presets]
      .map(
        ([token, pose]) =>
          `<tptz:Preset token="${token}"><tt:Name>${pose.name}</tt:Name><tt:PTZPosition>${vectorOf(pose)}</tt:PTZPosition></tptz:Preset>`,
      )
      .join(''),
  ],
  SetPreset: (mount, request) => {
    const token = textOf(request, 'PresetToken') ?? String(mount.presets.size + 1);
    const name = textOf(request, 'PresetName') ?? token;
    if (!PRESET.test(token) || !PRESET.test(name)) return undefined;
    mount.presets.set(token, { ...mount.pose, name });
    return ['tptz', `<tptz:PresetToken>${token}</tptz:PresetToken>`];
  },
  GotoPreset: (mount, request) => {
    const pose = mount.presets.get(textOf(request, 'PresetToken') ?? '');
    if (pose === undefined) return undefined;
    const { name: _, ...target } = pose;
    return done(() => mount.travelTo(target));
  },
  RemovePreset: (mount, request) =>
    done(() => void mount.presets.delete(textOf(request, 'PresetToken') ?? '')),
};

function done(command: () => void): Answer {
  command();
  return ['tptz', ''];
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope ${NAMESPACES}><s:Body>${body}</s:Body></s:Envelope>`;
}

function clock(now: Date): string {
  const time = `<tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time>`;
  const date = `<tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>`;
  return `<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>${time}${date}</tt:UTCDateTime>`;
}

function profile(facts: OnvifFacts): string {
  const encoder = `<tt:VideoEncoderConfiguration token="encoder"><tt:Name>H264</tt:Name><tt:Encoding>H264</tt:Encoding>${resolution(facts)}<tt:RateControl><tt:FrameRateLimit>${facts.framesPerSecond}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>1500</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration>`;
  const source =
    '<tt:VideoSourceConfiguration token="source"><tt:Name>Source</tt:Name><tt:SourceToken>source</tt:SourceToken></tt:VideoSourceConfiguration>';
  const ptz =
    '<tt:PTZConfiguration token="ptz"><tt:Name>PTZ</tt:Name><tt:NodeToken>node</tt:NodeToken></tt:PTZConfiguration>';
  return `<trt:Profiles token="${PROFILE}" fixed="true"><tt:Name>Main</tt:Name>${source}${encoder}${ptz}</trt:Profiles>`;
}

function resolution({ width, height }: Pick<OnvifFacts, 'width' | 'height'>): string {
  return `<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution>`;
}

/** In ONVIF's generic spaces: −1 to 1, zoom 0 to 1. */
function vectorOf({ pan, tilt, zoom }: Pose): string {
  const x = share(pan, LIMITS.pan).toFixed(6);
  const y = share(tilt, LIMITS.tilt).toFixed(6);
  return `<tt:PanTilt x="${x}" y="${y}"/><tt:Zoom x="${zoom.toFixed(6)}"/>`;
}

function readVector(request: string): Partial<Pose> {
  const panTilt = attributesOf(request, 'PanTilt');
  const zoom = attributesOf(request, 'Zoom');
  return {
    ...(panTilt.x !== undefined && { pan: panTilt.x }),
    ...(panTilt.y !== undefined && { tilt: panTilt.y }),
    ...(zoom.x !== undefined && { zoom: zoom.x }),
  };
}

function attributesOf(request: string, element: string): { x?: number; y?: number } {
  const tag = new RegExp(`<(?:[\\w-]+:)?${element}\\b([^>]*)>`).exec(request)?.[1] ?? '';
  const read = (name: string): number | undefined => {
    const value = Number(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const [x, y] = [read('x'), read('y')];
  return { ...(x !== undefined && { x }), ...(y !== undefined && { y }) };
}

function textOf(request: string, element: string): string | undefined {
  return new RegExp(`<(?:[\\w-]+:)?${element}\\b[^>]*>([^<]*)<`).exec(request)?.[1];
}

function share(value: number, { min, max }: { min: number; max: number }): number {
  return ((value - min) / (max - min)) * 2 - 1;
}

function toPose({ pan, tilt, zoom }: Partial<Pose>): Partial<Pose> {
  const degrees = (value: number, { min, max }: { min: number; max: number }): number =>
    min + ((value + 1) / 2) * (max - min);
  return {
    ...(pan !== undefined && { pan: degrees(pan, LIMITS.pan) }),
    ...(tilt !== undefined && { tilt: degrees(tilt, LIMITS.tilt) }),
    ...(zoom !== undefined && { zoom }),
  };
}

function toDistance({ pan, tilt, zoom }: Partial<Pose>): Partial<Pose> {
  return {
    ...(pan !== undefined && { pan: (pan * (LIMITS.pan.max - LIMITS.pan.min)) / 2 }),
    ...(tilt !== undefined && { tilt: (tilt * (LIMITS.tilt.max - LIMITS.tilt.min)) / 2 }),
    ...(zoom !== undefined && { zoom }),
  };
}
