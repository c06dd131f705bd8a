/** Cameras as makers describe theirs, for docs/cameras.md: what each tells, asks and has. */
import type { CameraManners } from '../../../../workers/simulator/server/authentication.ts';

/** One row of the table. */
export interface VendorCamera {
  name: string;
  manners: CameraManners;
  /** Paths with a stream, the main one first. */
  paths: readonly string[];
  /** Streams as ONVIF names them; absent: no ONVIF. */
  onvif?: { manufacturer: string; paths: readonly string[]; security?: 'wsse' | 'digest' };
  /** What a probe shall find, in order. */
  finds: readonly string[];
  vendor: string;
}

export const VENDOR_CAMERAS: readonly VendorCamera[] = [
  {
    name: 'Hikvision without ONVIF, which new ones have switched off',
    manners: { server: null, realm: 'IP Camera(C1214)', offersBasic: true },
    paths: ['/Streaming/Channels/101', '/Streaming/Channels/102', '/Streaming/Channels/103'],
    finds: ['/Streaming/Channels/101', '/Streaming/Channels/102'],
    vendor: 'Hikvision',
  },
  {
    name: 'Hikvision with ONVIF by digest',
    manners: { server: null, realm: 'IP Camera(C1214)', offersBasic: true },
    paths: ['/Streaming/Channels/101?transportmode=unicast', '/Streaming/Channels/102?transportmode=unicast'],
    onvif: {
      manufacturer: 'HIKVISION',
      paths: [
        '/Streaming/Channels/101?transportmode=unicast',
        '/Streaming/Channels/102?transportmode=unicast',
      ],
      security: 'digest',
    },
    finds: ['/Streaming/Channels/101?transportmode=unicast', '/Streaming/Channels/102?transportmode=unicast'],
    vendor: 'Hikvision',
  },
  {
    name: 'Dahua',
    manners: { server: 'Rtsp Server/3.0', realm: 'Login to 4M0747EPAA1D284' },
    paths: ['/cam/realmonitor?channel=1&subtype=0', '/cam/realmonitor?channel=1&subtype=1'],
    finds: ['/cam/realmonitor?channel=1&subtype=0', '/cam/realmonitor?channel=1&subtype=1'],
    vendor: 'Dahua',
  },
  {
    name: 'Amcrest, a Dahua by another name',
    manners: { server: 'Rtsp Server/2.0', realm: 'Login to AMC0001' },
    paths: [
      '/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
      '/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif',
    ],
    onvif: {
      manufacturer: 'Amcrest',
      paths: [
        '/cam/realmonitor?channel=1&amp;subtype=0&amp;unicast=true&amp;proto=Onvif',
        '/cam/realmonitor?channel=1&amp;subtype=1&amp;unicast=true&amp;proto=Onvif',
      ],
    },
    finds: [
      '/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
      '/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif',
    ],
    vendor: 'Amcrest',
  },
  {
    name: 'Axis',
    manners: { server: 'GStreamer RTSP server', realm: 'AXIS_ACCC8E000001' },
    paths: ['/axis-media/media.amp', '/axis-media/media.amp?resolution=640x360'],
    finds: ['/axis-media/media.amp', '/axis-media/media.amp?resolution=640x360'],
    vendor: 'Axis',
  },
  {
    name: 'Reolink, and a connection that ends with each wrong path',
    manners: { server: null, realm: 'BC Streaming Media', hangsUp: true },
    paths: ['/h264Preview_01_main', '/h264Preview_01_sub'],
    finds: ['/h264Preview_01_main', '/h264Preview_01_sub'],
    vendor: 'Reolink',
  },
  {
    name: 'TP-Link Tapo',
    manners: { server: null, realm: 'TP-Link IP-Camera', offersBasic: true },
    paths: ['/stream1', '/stream2'],
    onvif: { manufacturer: 'tp-link', paths: ['/stream1', '/stream2'] },
    finds: ['/stream1', '/stream2'],
    vendor: 'TP-Link',
  },
  {
    name: 'Uniview',
    manners: { server: null, realm: '000000000000' },
    paths: ['/media/video1', '/media/video2'],
    finds: ['/media/video1', '/media/video2'],
    vendor: '',
  },
  {
    name: 'Ubiquiti in standalone mode',
    manners: { server: 'UBNT Streaming Server v1.2', realm: 'UBNT Streaming Server' },
    paths: ['/s0', '/s1', '/s2'],
    finds: ['/s0', '/s1'],
    vendor: 'Ubiquiti',
  },
  {
    name: 'PTZOptics, which tells nothing of itself',
    manners: { server: null, realm: 'rtsp' },
    paths: ['/1', '/2'],
    finds: ['/1', '/2'],
    vendor: '',
  },
  {
    name: 'Hanwha',
    manners: { server: null, realm: 'iPOLiS' },
    paths: ['/profile2/media.smp', '/profile3/media.smp'],
    finds: ['/profile2/media.smp', '/profile3/media.smp'],
    vendor: 'Hanwha',
  },
  {
    name: 'Bosch',
    manners: { server: null, realm: 'rtsp' },
    paths: ['/rtsp_tunnel', '/rtsp_tunnel?inst=2'],
    finds: ['/rtsp_tunnel', '/rtsp_tunnel?inst=2'],
    vendor: '',
  },
  {
    name: 'Hipcam, sold under many names',
    manners: { server: 'Hipcam RealServer/V1.0', realm: 'Hipcam RealServer/V1.0' },
    paths: ['/11', '/12'],
    finds: ['/11', '/12'],
    vendor: 'Hipcam',
  },
  {
    name: 'Xiongmai, whose paths hold the password',
    manners: { server: 'H264DVR 1.0', realm: 'RTSPD', tellsPathsFirst: true },
    paths: ['/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream'],
    onvif: {
      manufacturer: 'H264',
      paths: ['/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream'],
    },
    finds: ['/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream'],
    vendor: 'H264',
  },
  {
    name: 'ESP32-CAM with Micro-RTSP, without a password',
    manners: { server: null, tellsPathsFirst: true },
    paths: ['/mjpeg/1'],
    finds: ['/mjpeg/1'],
    vendor: '',
  },
  {
    name: 'a make that is not known, which tells missing paths before it asks for the password',
    manners: { server: 'Example', realm: 'camera', tellsPathsFirst: true },
    paths: ['/live'],
    finds: ['/live'],
    vendor: '',
  },
];
