/** Loads the module of the page in the address, and its colours, while the main module is still on its way. */
import { PAGES } from './pages.ts';
import { parseRoute } from './router.ts';
import { applyTheme } from './theme.ts';

applyTheme();
// A failure shows when the page is opened.
PAGES[parseRoute(location.hash).page].load().catch(() => {});
