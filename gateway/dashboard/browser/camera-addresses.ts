/** Every address of a camera for other programs, and how some of them use it. */

/** Where the gateway is and which camera is meant. */
export interface CameraPlace {
  /** Address of the gateway as this page knows it, with its path prefix. */
  base: string;
  cameraId: string;
  /** Port of the RTSP server; undefined while it is off. */
  rtspPort: number | undefined;
}

/** A text to copy. */
export interface Copyable {
  label: string;
  text: string;
  /** What it is for. */
  note: string;
}

/** Stands for a key in every text. */
export const KEY = 'KEY';

/** Addresses, the simplest first. */
export function addressesOf({ base, cameraId, rtspPort }: CameraPlace): Copyable[] {
  const id = encodeURIComponent(cameraId);
  const { protocol, host, hostname, pathname } = new URL(base);
  const prefix = pathname.replace(/\/$/, '');
  const rtsp =
    rtspPort === undefined
      ? []
      : [
          {
            label: 'RTSP',
            text: `rtsp://any:${KEY}@${hostname}:${rtspPort}/${id}`,
            note: 'Recorders and players; the camera’s own video and sound.',
          },
        ];
  return [
    {
      label: 'Picture',
      text: `${base}/api/cameras/${id}/frame`,
      note: 'The newest JPEG. Takes width, quality and maxAgeMs.',
    },
    {
      label: 'MJPEG',
      text: `${base}/api/cameras/${id}/stream.mjpeg`,
      note: 'A moving picture wherever an image can be shown.',
    },
    {
      label: 'HLS',
      text: `${base}/hls/${id}/index.m3u8`,
      note: 'Video with sound for Safari, phones, televisions and VLC.',
    },
    { label: 'WHEP', text: `${base}/whep/${id}`, note: 'WebRTC: the lowest delay.' },
    ...rtsp,
    {
      label: 'WebSocket',
      text: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${prefix}/ws`,
      note: 'Frames of many cameras over one connection.',
    },
  ];
}

/** Snippets with the real host and camera. */
export function snippetsOf(place: CameraPlace): Copyable[] {
  const { base, cameraId } = place;
  const id = encodeURIComponent(cameraId);
  const frame = `${base}/api/cameras/${id}/frame`;
  const stream = `${base}/api/cameras/${id}/stream.mjpeg`;
  const hls = `${base}/hls/${id}/index.m3u8`;
  const rtsp = addressesOf(place).find(({ label }) => label === 'RTSP')?.text;
  const withLogin = hls.replace('://', `://any:${KEY}@`);
  return [
    {
      label: 'curl',
      note: 'Saves the newest picture.',
      text: `curl -H 'Authorization: Bearer ${KEY}' -o frame.jpg '${frame}?width=640'`,
    },
    {
      label: 'HTML',
      note: 'A moving picture on a page of yours.',
      text: `<img src="${stream}?width=640&amp;key=${KEY}" alt="Camera ${id}">`,
    },
    { label: 'Python', note: 'Needs no package.', text: pythonText(frame) },
    {
      label: 'Expo and React Native',
      note: 'With visual-reasoning-gateway-client.',
      text: expoText(base, cameraId),
    },
    { label: 'VLC', note: 'Video with sound.', text: `vlc '${rtsp ?? withLogin}'` },
    {
      label: 'Home Assistant',
      note: 'Settings of the integration Generic Camera.',
      text: [
        `Still image URL:   ${frame}`,
        `Stream source URL: ${rtsp ?? withLogin}`,
        'Username:          any',
        `Password:          ${KEY}`,
        'Authentication:    basic',
      ].join('\n'),
    },
  ];
}

function pythonText(frame: string): string {
  return `import urllib.request

request = urllib.request.Request(
    "${frame}?width=640",
    headers={"Authorization": "Bearer ${KEY}"},
)
with urllib.request.urlopen(request, timeout=10) as response, open("frame.jpg", "wb") as file:
    file.write(response.read())
`;
}

function expoText(base: string, cameraId: string): string {
  return `import { fetch } from 'expo/fetch';
import * as React from 'react';
import { AppState, Image, StyleSheet, View } from 'react-native';
import { GatewayClient } from 'visual-reasoning-gateway-client';
import { createUseCameraFrame } from 'visual-reasoning-gateway-client/react';

const client = new GatewayClient({ baseUrl: '${base}', token: '${KEY}', appState: AppState, fetch });
const useCameraFrame = createUseCameraFrame(React);

export default function CameraScreen() {
  const { layers } = useCameraFrame(client, ${JSON.stringify(cameraId)}, { width: 640, fps: 10 });
  return (
    <View style={{ width: '100%', aspectRatio: 16 / 9 }}>
      {layers.map(({ key, source, isFront, onLoad, onError }) => (
        <Image
          key={key}
          source={source}
          style={[StyleSheet.absoluteFill, { opacity: isFront ? 1 : 0 }]}
          fadeDuration={0}
          onLoad={onLoad}
          onError={onError}
        />
      ))}
    </View>
  );
}
`;
}
