import { hasModules, type Peer, python } from './peer.ts';

export const moondream: Peer = {
  name: 'Moondream client',
  install: 'pip install moondream',
  isInstalled: () => hasModules('moondream'),
  checks: {
    'a question': ({ origin, token }) => python('moondream-client.py', `${origin}/api/moondream`, token),
  },
};
