import { createTRPCClient, httpBatchLink } from '@trpc/client';
import type { AppRouter } from '../../gateway/camera-streams/trpc.ts';
import { hasProgram, type Peer } from './peer.ts';

export const trpc: Peer = {
  name: '@trpc/client',
  install: 'npm ci',
  isInstalled: () => hasProgram('node', '--version'),
  checks: {
    'adds a camera stream and lists it': async ({ origin, cameraUrl }) => {
      const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${origin}/trpc` })] });
      const stream = { cameraId: 'trpc', streamType: 'rtsp', rtspUrl: cameraUrl } as const;
      const { cameraId } = await client.cameraStream.add.mutate(stream);
      const listed = await client.cameraStream.list.query();
      if (!listed.some((camera) => camera.cameraId === cameraId)) throw new Error('it is not listed');
      return `${listed.length} listed`;
    },
  },
};
