import { waitFor } from '../support/wait-for.ts';
import { hasPackage, load, npmInstall, type Peer } from './peer.ts';

const WANTED = 10;

/** A marker bit ends a picture (RFC 6184, section 5.1). */
interface Packet {
  header: { marker: boolean };
}

async function whep(endpoint: string): Promise<string> {
  const { RTCPeerConnection, useH264 } = load('werift');
  const peer = new RTCPeerConnection({ codecs: { video: [useH264()] } });
  let pictures = 0;
  const { receiver } = peer.addTransceiver('video', { direction: 'recvonly' });
  peer.onTrack.subscribe(() =>
    receiver.track.onReceiveRtp.subscribe(({ header }: Packet) => {
      if (header.marker) pictures += 1;
    }),
  );
  try {
    await peer.setLocalDescription(await peer.createOffer());
    const { sdp } = peer.localDescription;
    const headers = { 'Content-Type': 'application/sdp' };
    const answer = await fetch(endpoint, { method: 'POST', headers, body: sdp });
    if (answer.status !== 201) throw new Error(`the offer was answered with ${answer.status}`);
    const asked = performance.now();
    await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    await waitFor(() => pictures > 0, { message: 'a picture' });
    const first = Math.round(performance.now() - asked);
    await waitFor(() => pictures >= WANTED, { message: `${WANTED} pictures` });
    await fetch(new URL(answer.headers.get('location') ?? '', endpoint), { method: 'DELETE' });
    return `${pictures} pictures, the first after ${first} ms`;
  } finally {
    await peer.close();
  }
}

export const werift: Peer = {
  name: 'werift',
  install: npmInstall('werift'),
  isInstalled: () => hasPackage('werift'),
  checks: { WHEP: ({ origin }) => whep(`${origin}/whep/1`) },
};
