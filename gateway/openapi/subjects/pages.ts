/** Pages for people. */
import { z } from 'zod';
import type { Subject } from '../operation.ts';

export const PAGES: Subject = {
  name: 'Pages',
  description: 'What browsers show.',
  operations: [
    {
      id: 'getDashboard',
      method: 'get',
      path: '/',
      summary: 'The dashboard',
      description:
        'Programs, which do not ask for HTML, are told where to go on. Browsers that are not signed in are sent to `/signin`.',
      answers: {
        200: {
          description: 'The page for browsers; for everything else this.',
          type: 'application/json',
          schema: z.object({
            name: z.string(),
            cameras: z.string(),
            frames: z.string(),
            health: z.string(),
          }),
        },
      },
    },
    {
      id: 'getDashboardFile',
      method: 'get',
      path: '/dashboard/{pageFile}',
      summary: 'A file of the dashboard',
      answers: {
        200: {
          description: 'The file, to be asked for anew each time.',
          headers: { ETag: 'For `If-None-Match`.' },
        },
      },
      errors: ['not-found'],
    },
    {
      id: 'getSignInPage',
      method: 'get',
      path: '/signin',
      summary: 'The page to sign in at',
      answers: { 200: { description: 'The page.', type: 'text/html' } },
    },
    {
      id: 'getSignInScript',
      method: 'get',
      path: '/signin/signin.js',
      summary: 'What that page does',
      answers: { 200: { description: 'Its script.', type: 'text/javascript' } },
    },
    {
      id: 'getSignInStyle',
      method: 'get',
      path: '/signin/signin.css',
      summary: 'How that page looks',
      answers: { 200: { description: 'Its style sheet.', type: 'text/css' } },
    },
  ],
};
