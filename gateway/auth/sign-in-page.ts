/** The page to sign in at, in the style of the dashboard, whose own files are for signed-in clients only. */
import { readFileSync } from 'node:fs';
import type { Request, Response } from 'express';
import type { AuthConfig } from '../config/auth.ts';
import { frameAncestors } from '../http/page-policy.ts';
import { content, type Route, route } from '../http/route.ts';

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";
const STYLES = '../dashboard/browser/styles';
/** Files by name, each made of these. */
const FILES = {
  'signin.html': ['./page/signin.html'],
  'signin.js': ['./page/signin.js'],
  'signin.css': [`${STYLES}/base.css`, `${STYLES}/controls.css`, './page/signin.css'],
  'icon.svg': ['../dashboard/browser/icon.svg'],
} as const;
/** In the page: which token is meant. */
const MEANT = '<!-- which token -->';
const OF_THE_START =
  'The gateway printed a sign-in link when it started: open it, or paste the token at its end. The token is also in the file <code>api-token</code> in its data folder.';
const OF_THE_OPERATOR =
  'Use the token that the operator of this gateway has set (<code>API_TOKEN</code> or <code>VIEWER_TOKEN</code>), or a key that an administrator gave you.';

/** The page and its files. They are read at their first request. */
export function signInPage({ isPublic, apiToken }: Pick<AuthConfig, 'isPublic' | 'apiToken'>): Route[] {
  const serve = (name: keyof typeof FILES) => {
    let text: string | undefined;
    return (_req: Request, res: Response) => {
      text ??= textOf(name).replace(MEANT, apiToken === undefined ? OF_THE_START : OF_THE_OPERATOR);
      res.setHeader('Content-Security-Policy', `${PAGE_POLICY}; ${frameAncestors(isPublic)}`);
      res.setHeader('Cache-Control', 'no-cache');
      res.type(name).send(text);
    };
  };
  const common = { method: 'get', access: 'anyone' } as const;
  const file = { ...common, anyHost: true, isHidden: true } as const;
  return [
    route({
      ...common,
      id: 'getSignInPage',
      path: '/signin',
      summary: 'The page to sign in at',
      answers: { 200: content('The page.', 'text/html') },
      handle: serve('signin.html'),
    }),
    route({
      ...file,
      id: 'getSignInScript',
      path: '/signin/signin.js',
      summary: 'What that page does',
      handle: serve('signin.js'),
    }),
    route({
      ...file,
      id: 'getSignInStyle',
      path: '/signin/signin.css',
      summary: 'How that page looks',
      handle: serve('signin.css'),
    }),
    route({
      ...file,
      id: 'getSignInIcon',
      path: '/signin/icon.svg',
      summary: 'The icon of that page',
      handle: serve('icon.svg'),
    }),
  ];
}

function textOf(name: keyof typeof FILES): string {
  return FILES[name].map((path) => readFileSync(new URL(path, import.meta.url), 'utf8')).join('\n');
}
