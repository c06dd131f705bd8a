/** Writes docs/settings.md from .env.example and the code that reads the settings: `npm run settings`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settingsPage } from './settings-page.ts';

const page = fileURLToPath(new URL('../docs/settings.md', import.meta.url));
writeFileSync(page, settingsPage());
