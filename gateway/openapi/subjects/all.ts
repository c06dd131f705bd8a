/** Every subject, in the order of the page. */
import type { Subject } from '../operation.ts';
import { ACCESS } from './access.ts';
import { CAMERA_STREAMS } from './camera-streams.ts';
import { CAMERAS } from './cameras.ts';
import { DELIVERIES } from './deliveries.ts';
import { DEVICES } from './devices.ts';
import { EVENTS } from './events.ts';
import { HEALTH } from './health.ts';
import { MOONDREAM } from './moondream.ts';
import { PAGES } from './pages.ts';
import { PICTURES } from './pictures.ts';
import { SOCKETS } from './sockets.ts';
import { VIDEO } from './video.ts';
import { WATCHES } from './watches.ts';

export const SUBJECTS: readonly Subject[] = [
  CAMERAS,
  PICTURES,
  SOCKETS,
  VIDEO,
  EVENTS,
  MOONDREAM,
  WATCHES,
  DEVICES,
  CAMERA_STREAMS,
  DELIVERIES,
  HEALTH,
  ACCESS,
  PAGES,
];
