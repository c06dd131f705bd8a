/** Where cameras of which make have their streams, and by what they are known (docs/cameras.md). */

/** One make of cameras, or several that share their software. */
export interface Vendor {
  name: string;
  /** Matches a `Server` header, a realm or the manufacturer that ONVIF names. */
  signs: RegExp;
  /** Paths of the best stream, the likeliest first. */
  main: readonly string[];
  /** Paths of smaller streams. */
  sub: readonly string[];
}

/** The most common ones first: of a camera that tells nothing, paths are tried in this order. */
const VENDORS: readonly Vendor[] = [
  {
    name: 'Hikvision',
    signs: /hikvision|ezviz|^ip camera\(|app-webs|dnvrs/i,
    main: ['/Streaming/Channels/101', '/h264/ch1/main/av_stream'],
    sub: ['/Streaming/Channels/102', '/h264/ch1/sub/av_stream'],
  },
  {
    name: 'Dahua',
    signs: /dahua|amcrest|lorex|^login to |rtsp server\/[23]\./i,
    main: ['/cam/realmonitor?channel=1&subtype=0'],
    sub: ['/cam/realmonitor?channel=1&subtype=1'],
  },
  {
    name: 'TP-Link',
    signs: /tp-?link|tapo|vigi/i,
    main: ['/stream1'],
    sub: ['/stream2'],
  },
  {
    name: 'Reolink',
    signs: /reolink|bc streaming media/i,
    main: ['/Preview_01_main', '/h264Preview_01_main', '/h265Preview_01_main'],
    sub: ['/Preview_01_sub', '/h264Preview_01_sub'],
  },
  {
    name: 'Axis',
    signs: /axis/i,
    main: ['/axis-media/media.amp'],
    sub: ['/axis-media/media.amp?resolution=640x360'],
  },
  {
    name: 'PTZOptics',
    signs: /ptz ?optics/i,
    main: ['/1', '/stream1'],
    sub: ['/2', '/stream2'],
  },
  {
    name: 'Uniview',
    signs: /uniview|\bunv\b/i,
    main: ['/media/video1', '/video1'],
    sub: ['/media/video2', '/video2'],
  },
  {
    name: 'Hanwha',
    signs: /hanwha|ipolis|wisenet|samsung/i,
    main: ['/profile2/media.smp', '/profile1/media.smp'],
    sub: ['/profile3/media.smp'],
  },
  {
    name: 'Bosch',
    signs: /bosch/i,
    main: ['/rtsp_tunnel', '/?inst=1'],
    sub: ['/rtsp_tunnel?inst=2', '/?inst=2'],
  },
  {
    name: 'Ubiquiti',
    signs: /ubiquiti|ubnt|unifi/i,
    main: ['/s0'],
    sub: ['/s1', '/s2'],
  },
  {
    name: 'Vivotek',
    signs: /vivotek/i,
    main: ['/live1s1.sdp', '/live.sdp'],
    sub: ['/live1s2.sdp', '/live2.sdp'],
  },
  {
    name: 'Foscam',
    signs: /foscam/i,
    main: ['/videoMain'],
    sub: ['/videoSub'],
  },
  {
    name: 'i-PRO',
    signs: /i-pro|panasonic/i,
    main: ['/MediaInput/h264/stream_1', '/MediaInput/stream_1'],
    sub: ['/MediaInput/h264/stream_2', '/MediaInput/stream_2'],
  },
  {
    name: 'Hipcam',
    signs: /hipcam/i,
    main: ['/11'],
    sub: ['/12'],
  },
  {
    name: 'Yi (yi-hack)',
    signs: /yi-?hack/i,
    main: ['/ch0_0.h264'],
    sub: ['/ch0_1.h264'],
  },
  {
    name: 'ESP32-CAM',
    signs: /esp32|espressif|micro-?rtsp/i,
    main: ['/mjpeg/1'],
    sub: ['/mjpeg/2'],
  },
];

/** Paths of programs and makes that are told by nothing. */
const OTHER_PATHS = ['/live', '/stream', '/live/ch0', '/live/main', '/onvif1', '/live0', '/video', '/'];

/** The vendor that any of these words speak of. */
export function vendorOf(words: readonly string[]): Vendor | undefined {
  return VENDORS.find(({ signs }) => words.some((word) => signs.test(word)));
}

/** Paths of main streams, those of the vendor first; each once. */
export function mainPaths(vendor: Vendor | undefined): string[] {
  const all = [...(vendor?.main ?? []), ...VENDORS.flatMap(({ main }) => main), ...OTHER_PATHS];
  return [...new Set(all)];
}

/** Paths at which a camera with a stream at this path has its others: the smaller ones of a main one, and back. */
export function partnerPaths(path: string): readonly string[] {
  const isIn = (paths: readonly string[]): boolean =>
    paths.some((known) => known.toLowerCase() === path.toLowerCase());
  const ofMain = VENDORS.find(({ main }) => isIn(main));
  return ofMain?.sub ?? VENDORS.find(({ sub }) => isIn(sub))?.main ?? [];
}
