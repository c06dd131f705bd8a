/** Ids of cameras that play files. */

const MAX_ID = 64;

/** A camera id made of the name of a file: `Front door (2).mp4` becomes `Front-door-2`. */
export function idOfFile(name: string): string {
  return name
    .replace(/\.[^.]*$/, '')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, MAX_ID);
}
