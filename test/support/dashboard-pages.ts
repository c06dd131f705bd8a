/**
 * The pages of the dashboard and their addresses. Imported by variable names: their
 * modules need the types of browsers, which tests do not have.
 */

/** What tests read of a row. */
interface PageRow {
  title: string;
  nav?: 'main' | 'settings';
  icon?: string;
  under?: string;
  role?: 'admin';
}

interface Router {
  PATHS: Readonly<Record<string, string>>;
  hrefOf(page: string, params?: string | Readonly<Record<string, string>>): string;
  parseRoute(hash: string): {
    page: string;
    cameraId: string;
    params: Readonly<Record<string, string>>;
    query: URLSearchParams;
  };
}

const BROWSER: string = '../../gateway/dashboard/browser';

export const { PAGES } = (await import(`${BROWSER}/pages.ts`)) as {
  PAGES: Readonly<Record<string, PageRow>>;
};
export const { hrefOf, parseRoute, PATHS } = (await import(`${BROWSER}/router.ts`)) as Router;

/** Names of the parameters of a path. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
}
