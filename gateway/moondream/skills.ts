/** What Moondream can do (docs.moondream.ai, "API reference"). */

/** Names of the skills, which are also their paths. */
export const SKILLS = ['query', 'caption', 'detect', 'point', 'segment'] as const;

/** One of them. */
export type Skill = (typeof SKILLS)[number];
