/** The security policies by number, as in docs/security.md. Test titles name the policies they prove. */

/** Rule by number. */
export const POLICIES: Readonly<Record<string, string>> = {
  S1: 'remote clients need a token for everything but health and the sign-in; clients on the same machine need none',
  S2: 'questions to Moondream need a token and have a daily limit, since they cost money',
  S3: 'a session is a signed cookie that no script reads; signing out ends it and everything it opened, as revoking a key does',
  S4: 'without a token or key the gateway answers under its own host names only, which stops DNS rebinding',
  S5: 'no page of another site changes anything: origin, fetch metadata and content type are checked',
  S6: 'pages elsewhere may read only where their origin was allowed by name, and never with cookies',
  S7: 'sockets need a signed-in client and an allowed origin, and end with the session',
  S8: 'a ticket opens one address for a short time; a token in an address is refused, a key there opens pictures and video only',
  S9: 'passwords go in and never come out: not in logs, answers, command lines, webhooks or the database',
  S10: 'only addresses and ports that can be a camera are dialled, and the checked address is the one dialled',
  S11: 'no camera sends us to another host',
  S12: 'a connection test answers with a code and reveals nothing about other services at the address',
  S13: 'no text of a user reaches a command line: three files start processes, with fixed arguments, numbers and paths of the gateway (FFmpeg runs as a library in the workers)',
  S14: 'uploads are limited in size, number and disk, named by the gateway, and must be the video they claim to be',
  S15: 'files are found by id or from a fixed list; no path of a user is joined to a path of the gateway',
  S16: 'pages run scripts of the gateway only, and show input of cameras and users as text',
  S17: 'slow clients are cut off after a bounded time',
  S18: 'rate limits hold per client and cannot be evaded by claiming another address',
  S19: 'JSON is limited in size, strict in shape, and touches no prototype',
  S20: 'viewers change nothing, a ticket for one camera opens no other, and a key sees its own cameras only',
  S21: 'workers listen on loopback only and answer only to the secret of their start',
  S22: 'webhooks go to the configured address only, are signed, and follow no redirect',
  S23: 'nothing runs commands, shows the environment or a stack trace',
  S24: 'XML comes from ONVIF cameras only; it is limited, and document types are refused, before a parser sees it',
  S25: 'dependencies are locked, audited, and at versions without known vulnerabilities',
  S26: 'processes see only the environment and files they need',
  S27: 'logs hold no bodies, tokens, keys, cookies or tickets',
  S28: 'the startup log says how open the gateway is',
};

/** The numbers that a title names, known or not. */
export function policiesIn(title: string): string[] {
  return title.match(/\bS\d{1,2}\b/g) ?? [];
}
