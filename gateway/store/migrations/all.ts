/** Every migration, by name; names are applied in order and never change once released. */
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';
import { initial } from './001-initial.ts';
import { events } from './002-events.ts';
import { watches } from './003-watches.ts';
import { access } from './004-access.ts';
import { uploadQuota } from './005-upload-quota.ts';
import { sealedPaths } from './006-sealed-paths.ts';
import { storeProbe } from './007-store-probe.ts';
import { keys } from './008-keys.ts';
import { recordings } from './009-recordings.ts';
import { notifications } from './010-notifications.ts';
import { reasoning } from './011-reasoning.ts';
import { watchActions } from './012-watch-actions.ts';
import { agents } from './013-agents.ts';
import { sources } from './014-sources.ts';
import { placement } from './015-placement.ts';
import { zones } from './016-zones.ts';
import { severalGateways } from './017-several-gateways.ts';
import { mqtt } from './018-mqtt.ts';
import { sessionCameras } from './019-session-cameras.ts';
import { labels } from './020-labels.ts';
import { absences } from './021-absences.ts';
import { recordingPlaces } from './022-recording-places.ts';
import { keyUse } from './024-key-use.ts';
import { agentLinks } from './025-agent-links.ts';
import { everywhere } from './026-everywhere.ts';
import { notificationOwners } from './029-notification-owners.ts';

/** The migrations for an engine. */
export function migrationsFor(engine: Engine): Record<string, Migration> {
  return {
    '001-initial': initial(engine),
    '002-events': events(engine),
    '003-watches': watches(),
    '004-access': access(),
    '005-upload-quota': uploadQuota(),
    '006-sealed-paths': sealedPaths(),
    '007-store-probe': storeProbe(),
    '008-keys': keys(),
    '009-recordings': recordings(),
    '010-notifications': notifications(),
    '011-reasoning': reasoning(engine),
    '012-watch-actions': watchActions(),
    '013-agents': agents(),
    '014-sources': sources(),
    '015-placement': placement(),
    '016-zones': zones(engine),
    '017-several-gateways': severalGateways(),
    '018-mqtt': mqtt(),
    '019-session-cameras': sessionCameras(),
    '022-recording-places': recordingPlaces(),
    '021-absences': absences(),
    '024-key-use': keyUse(),
    '025-agent-links': agentLinks(),
    '020-labels': labels(),
    '029-notification-owners': notificationOwners(),
    '026-everywhere': everywhere(engine),
  };
}
