/** Schema of all errors: RFC 9457 and the `error` that older clients read. */
import { z } from 'zod';
import { type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';

const CODES = Object.keys(STATUS_BY_CODE) as ErrorCode[];

export const problemSchema = z
  .looseObject({
    error: z.string().meta({ description: 'The same as `detail`, for older clients.' }),
    type: z.string().meta({ description: '`urn:visual-reasoning-gateway:problem:{code}`.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'One sentence for people.' }),
    code: z.enum(CODES).meta({ description: 'Stable: programs branch on this.' }),
    hint: z.string().optional().meta({ description: 'What a person can do about it.' }),
    field: z.string().optional().meta({ description: 'Name of the field at fault.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });
