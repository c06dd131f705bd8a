/** The cameras of the demo, in order of their numbers. */
import { backYard } from './back-yard.ts';
import { frontDoor } from './front-door.ts';
import { garage } from './garage.ts';
import type { Scene } from './scene.ts';
import { sideEntrance } from './side-entrance.ts';

export const SCENES: readonly Scene[] = [frontDoor, backYard, garage, sideEntrance];
