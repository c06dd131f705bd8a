/** The rules by which this product stays safe, by number. Titles of tests name the ones they prove. */

/** What holds, by the number that titles of tests carry. */
export const POLICIES: Readonly<Record<string, string>> = {
  S1: 'from elsewhere nothing but health and the sign-in is open without a token; only this very machine needs none',
  S2: 'questions to Moondream need a token and are bounded a day, since they cost somebody money',
  S3: 'a session is a signed cookie that no script reads; signing out ends it and all it opened, for good',
  S4: 'the gateway answers under its own names only, so that no page reaches it by rebinding a name',
  S5: 'no page of another site changes anything: origin, fetch metadata and content type are checked',
  S6: 'pages elsewhere may read only where their origin was allowed by name, and never with cookies',
  S7: 'sockets are opened to those who are signed in, from pages that may, and end with their session',
  S8: 'a ticket opens one address for a short while; a token in an address is refused',
  S9: 'passwords go in and never come out: not in logs, answers, command lines, webhooks or the database',
  S10: 'only addresses and ports that can be a camera are dialled, and exactly the ones that were checked',
  S11: 'no camera sends us to another host',
  S12: 'a trial of a camera tells a code and nothing of what else answers there',
  S13: 'no text of a user reaches a command line: only the supervisor starts processes, by fixed words (FFmpeg runs as a library in the workers)',
  S14: 'uploads are bounded in size, number and disk, named by us, and must be the video they claim to be',
  S15: 'files are found by id or from a fixed list; no path of a user is joined to one of ours',
  S16: 'pages run our scripts only, and show what cameras and users wrote as text',
  S17: 'clients that are slow or never finish cost a bounded time',
  S18: 'every client has its limits, and cannot get others by claiming another address',
  S19: 'JSON is bounded in size, strict in shape, and touches no prototype',
  S20: 'whoever may only look changes nothing, and a ticket for one camera opens no other',
  S21: 'workers listen on loopback only and answer to the secret of this start alone',
  S22: 'webhooks go where the operator said, are signed, and follow no redirect',
  S23: 'nothing runs commands, shows the environment or a stack trace',
  S24: 'no XML is read: there is no ONVIF, and no parser among the dependencies',
  S25: 'dependencies are locked, audited, and at versions without known holes',
  S26: 'processes see only the environment and files that they need',
  S27: 'logs hold no bodies, tokens, cookies or tickets',
  S28: 'the start says how open the gateway is',
};

/** The numbers that a title names, known or not. */
export function policiesIn(title: string): string[] {
  return title.match(/\bS\d{1,2}\b/g) ?? [];
}
