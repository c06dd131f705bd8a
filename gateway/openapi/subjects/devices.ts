/** Devices, and the live state of everything. */
import { z } from 'zod';
import { deviceQuerySchema } from '../../devices/routes.ts';
import { json, type Subject } from '../operation.ts';

const deviceSchema = z
  .object({
    device_key: z.string(),
    device_type: z.string(),
    source: z.string().meta({ description: 'Who told of it: `gateway` or `mediamtx`.' }),
    last_seen: z.iso.datetime(),
    is_active: z.boolean(),
    device_metadata: z.string().meta({
      description:
        'JSON text with `name`, `ready`, `source_ready`, `tracks`, `readers`, `reader_count`, `whep_url`, `state` and more.',
    }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Device' });

export const DEVICES: Subject = {
  name: 'Devices',
  description: "The gateway's own cameras and the paths of MediaMTX, in one list.",
  operations: [
    {
      id: 'listDevices',
      method: 'get',
      path: '/api/devices',
      summary: 'Devices',
      query: {
        schema: deviceQuerySchema,
        meanings: {
          device_type: 'Only those of this type: `camera`.',
          active_only: '`true`, `1`, `yes` or `on`: only those that were seen lately.',
        },
        example: { device_type: 'camera', active_only: 'false' },
      },
      answers: { 200: json('Devices.', z.array(deviceSchema)) },
      errors: ['invalid-field'],
    },
    {
      id: 'followStatus',
      method: 'get',
      path: '/api/status/stream',
      summary: 'The state of everything, live',
      description:
        'Server-sent events. `state` is the whole: `now` (Unix milliseconds), `ids`, `cameras`, `statuses`, `workers`, `gateway` and `services`. `change` holds the sections and members that differ from what was told before; cameras that are no longer in `ids` are gone.',
      answers: { 200: { description: 'Events without end.', type: 'text/event-stream' } },
      errors: ['too-many-requests'],
    },
  ],
};
