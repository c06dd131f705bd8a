import { once } from 'node:events';
import { postJson } from '../support/http.ts';
import { hasPackage, load, npmInstall, type Peer } from './peer.ts';

const QUESTION = { cameraId: '1', skill: 'query', prompt: 'Is there a square?', everyMs: 1000 };

export const eventsource: Peer = {
  name: 'eventsource',
  install: npmInstall('eventsource'),
  isInstalled: () => hasPackage('eventsource'),
  checks: {
    'events of a watch': async ({ origin }) => {
      const { EventSource } = load('eventsource');
      const source = new EventSource(`${origin}/api/events/stream`);
      try {
        await once(source, 'open');
        // What a watch sees starts and ends at the same moment.
        const ended = once(source, 'end');
        const { status, body } = await postJson(`${origin}/api/watches`, QUESTION);
        if (status !== 201) throw new Error(`the watch was answered with ${status}`);
        const [message] = await ended;
        await fetch(`${origin}/api/watches/${body.id}`, { method: 'DELETE' });
        const { type, kind } = JSON.parse(message.data);
        return `${type} of a ${kind} event, id ${message.lastEventId}`;
      } finally {
        source.close();
      }
    },
  },
};
