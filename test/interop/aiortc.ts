import { hasModules, type Peer, python } from './peer.ts';

export const aiortc: Peer = {
  name: 'aiortc',
  install: 'pip install aiortc aiohttp',
  isInstalled: () => hasModules('aiortc', 'aiohttp'),
  checks: { WHEP: ({ origin }) => python('aiortc-whep.py', `${origin}/whep/1`) },
};
