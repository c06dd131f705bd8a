/** `npm run api-types`: writes the client's API types anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/source-files.ts';
import { API_TYPES, generateApiTypes } from './api-types.ts';

writeFileSync(join(ROOT, API_TYPES), await generateApiTypes());
