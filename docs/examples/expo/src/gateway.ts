/** The client, and its hooks with this app's React. */
import { fetch } from 'expo/fetch';
import * as React from 'react';
import { AppState } from 'react-native';
import { GatewayClient, GatewayError } from 'visual-reasoning-gateway-client';
import { createUseCameraFrame, createUseCameras, createUsePtz } from 'visual-reasoning-gateway-client/react';
import type { Address } from './address';

export const useCameraFrame = createUseCameraFrame(React);
export const useCameras = createUseCameras(React);
export const usePtz = createUsePtz(React);

export function createClient({ baseUrl, token }: Address): GatewayClient {
  return new GatewayClient({
    baseUrl,
    appState: AppState,
    fetch,
    ...(token === '' ? {} : { token }),
  });
}

/** An error as a sentence for the screen: what to do, if the gateway knows. */
export function sentenceOf(error: unknown): string {
  if (error instanceof GatewayError) return error.hint ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
