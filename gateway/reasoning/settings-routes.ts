/** Providers: how they are, and their settings, which the environment wins. */
import type { Response } from 'express';
import { parseStrictly } from '#shared/camera.ts';
import { PROVIDERS, type ProviderName } from '#shared/contract/reason.ts';
import {
  type ProviderDraft,
  providerTestAnswerSchema,
  providerTestSchema,
  type ReasonSettings,
  type ReasonStatus,
  reasonSettingsChangesSchema,
  reasonSettingsSchema,
  reasonStatusSchema,
} from '#shared/contract/reason-provider.ts';
import { AppError } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { Redactor } from '#shared/redact.ts';
import { isForbiddenTarget } from '../config/webhook-target.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { ProviderSettings, ServerSettings } from './provider-settings.ts';
import { testProvider } from './provider-test.ts';
import { REASON_ERRORS } from './reason-routes.ts';

export interface SettingsRoutesOptions {
  settings: ProviderSettings;
  status: () => Promise<ReasonStatus>;
  redactor: Redactor;
}

/** Status, settings and the test of a provider. */
export function settingsRoutes(options: SettingsRoutesOptions): Route[] {
  const { settings, status } = options;
  return [
    route({
      id: 'getReasonStatus',
      method: 'get',
      path: '/api/reason/status',
      access: 'viewer',
      cameraScope: 'none',
      summary: 'Which providers can be asked, and what each can do',
      answers: { 200: json('How they are.', reasonStatusSchema) },
      handle: async (_req, res) => {
        res.setHeader('Cache-Control', 'no-store');
        res.json(await status());
      },
    }),
    route({
      id: 'getReasonSettings',
      method: 'get',
      path: '/api/reason/settings',
      summary: 'Settings of the providers, without their keys',
      answers: { 200: json('The settings.', reasonSettingsSchema) },
      handle: (_req, res) => sendSettings(res, settings),
    }),
    route({
      id: 'changeReasonSettings',
      method: 'patch',
      path: '/api/reason/settings',
      summary: 'Set up a provider',
      description:
        'Stored encrypted. What the environment sets wins and cannot be changed here: 409 `set-by-environment`.',
      request: {
        bodies: jsonBody(reasonSettingsChangesSchema, {
          'A local server': { vlm: { url: 'http://localhost:11434/v1', model: 'qwen3-vl' } },
        }),
      },
      answers: { 200: json('The settings as they are now.', reasonSettingsSchema) },
      errors: ['invalid-field', 'unknown-field', 'set-by-environment', 'storage-unavailable', 'storage-full'],
      handle: async (req, res) => {
        const { preferred, ...servers } = parseStrictly(reasonSettingsChangesSchema, req.body);
        const changes: Parameters<ProviderSettings['change']>[0] = {};
        if (preferred !== undefined) changes.preferred = preferred ?? undefined;
        for (const [name, draft] of Object.entries(servers) as [ProviderName, ProviderDraft | null][])
          changes[name] = draft === null ? undefined : serverSettings(name, draft, settings);
        await settings.change(changes);
        sendSettings(res, settings);
      },
    }),
    testRoute(options),
  ];
}

function testRoute({ settings, redactor }: SettingsRoutesOptions): Route {
  return route({
    id: 'testReasonProvider',
    method: 'post',
    path: '/api/reason/test',
    limit: 'moondream',
    summary: 'Ask a provider about a small picture',
    description: 'With settings that are not kept yet, or without any to test those that are.',
    request: { bodies: jsonBody(providerTestSchema, { 'What is set': { provider: 'moondream' } }) },
    answers: { 200: json('It answers.', providerTestAnswerSchema) },
    errors: REASON_ERRORS,
    handle: async (req, res) => {
      const { provider, ...draft } = parseStrictly(providerTestSchema, req.body);
      const isDraft = Object.keys(draft).length > 0;
      const server = isDraft ? serverSettings(provider, draft, settings) : settings.of(provider);
      const signal = goneSignal(res);
      try {
        const answer = await testProvider(provider, server, { redactor, signal });
        res.setHeader('Cache-Control', 'no-store');
        res.json({ success: true, ...answer });
      } catch (error) {
        // The client has gone.
        if (!signal.aborted) throw error;
      }
    },
  });
}

/** A draft without a key keeps the key only for the same server: no other server may be sent it. */
function serverSettings(
  name: ProviderName,
  { url, key, model }: ProviderDraft,
  settings: ProviderSettings,
): ServerSettings {
  if (url !== undefined && isForbiddenTarget(url))
    throw new AppError('invalid-field', 'url: must be the address of a model server', { field: 'url' });
  if (name === 'vlm' && model === undefined)
    throw new AppError('missing-field', 'model: name one that takes pictures', { field: 'model' });
  const base = url?.replace(/\/+$/, '');
  const now = settings.of(name);
  const apiKey = key ?? (now.url === base ? now.apiKey : undefined);
  if (base === undefined && apiKey === undefined)
    throw new AppError('missing-field', 'key: the cloud wants one', { field: 'key' });
  return {
    ...(base === undefined ? {} : { url: base }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(model === undefined ? {} : { model }),
  };
}

function sendSettings(res: Response, settings: ProviderSettings): void {
  const shown = PROVIDERS.map((name) => {
    const { url, apiKey, model } = settings.of(name);
    const server = {
      url: url ?? null,
      model: model ?? null,
      hasKey: apiKey !== undefined,
      source: settings.sourceOf(name),
    };
    return [name, server] as const;
  });
  const { preferred, isPreferenceFixed } = settings;
  res.setHeader('Cache-Control', 'no-store');
  res.json({
    ...(Object.fromEntries(shown) as Pick<ReasonSettings, ProviderName>),
    preferred: preferred ?? null,
    isPreferenceFixed,
  } satisfies ReasonSettings);
}
