/** What each role may do. Whatever is not named here is for admins: a new route is closed until it is opened. */
import type { Role } from './principal.ts';

interface Permission {
  methods: readonly string[];
  path: RegExp;
}

const READ = ['GET', 'HEAD', 'OPTIONS'] as const;
const ID = '[^/]+';

/** For anyone, signed in or not. */
const OPEN: readonly Permission[] = [
  { methods: READ, path: /^\/(health|livez|readyz)$/ },
  { methods: READ, path: /^\/signin(\/[a-z.-]+)?$/ },
  { methods: READ, path: /^\/api\/auth$/ },
  { methods: ['POST'], path: /^\/api\/auth\/(login|logout)$/ },
];

/** For viewers: to look, and to say what they want to look at. */
const VIEW: readonly Permission[] = [
  { methods: READ, path: /^\/(metrics|openapi\.json|docs(\/.*)?|dashboard\/.*)?$/ },
  { methods: READ, path: /^\/api\/cameras(\/(status|websocket-url))?$/ },
  { methods: READ, path: new RegExp(`^/api/cameras/(?!export$)${ID}(/(status|frame|stream\\.mjpeg))?$`) },
  { methods: READ, path: /^\/api\/(devices|events|camera-streams|watches)(\/.*)?$/ },
  { methods: READ, path: /^\/api\/(status|streams|moondream)\/.*$/ },
  { methods: READ, path: /^\/(hls\/.*|ws|ws\/.*)$/ },
  { methods: READ, path: /^\/trpc\/cameraStream\.list$/ },
  { methods: ['POST', ...READ], path: /^\/api\/webrtc\/.*$/ },
  { methods: ['POST', 'PATCH', 'DELETE', ...READ], path: /^\/whep\/.*$/ },
  { methods: ['POST'], path: /^\/api\/tickets$/ },
];

/** Whether a role may make a request. @param role undefined for a stranger @param path without a query */
export function isPermitted(role: Role | undefined, method: string, path: string): boolean {
  if (role === 'admin' || matches(OPEN, method, path)) return true;
  return role === 'viewer' && matches(VIEW, method, path);
}

function matches(permissions: readonly Permission[], method: string, path: string): boolean {
  // Express takes /EXPORT for /export: what is shut out in one spelling is so in every other.
  return [path, path.toLowerCase()].every((spelling) =>
    permissions.some(({ methods, path: pattern }) => methods.includes(method) && pattern.test(spelling)),
  );
}
