/** The client, and its hooks with this app's React. */
import { fetch } from 'expo/fetch';
import * as React from 'react';
import { AppState, Platform } from 'react-native';
import { GatewayClient, GatewayError, pair } from 'visual-reasoning-gateway-client';
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

/** Whether it is the code below a QR code, such as `7K2MX-09QRT`. */
export function isPairingCode(text: string): boolean {
  return /^[\dA-Z]{5}-[\dA-Z]{5}$/i.test(text);
}

/** Trades the text of a QR code for a key of this device. */
export async function pairByLink(link: string): Promise<Address> {
  const name = Platform.select({ ios: 'iPhone or iPad', android: 'Android device', default: 'Browser' });
  const { baseUrl, token } = await pair(link, { name, fetch });
  return { baseUrl, token };
}

/** The same by a code that was typed. */
export function pairByCode(baseUrl: string, code: string): Promise<Address> {
  return pairByLink(`${baseUrl.replace(/\/+$/, '')}/signin#pair=${code}`);
}

/** An error as a sentence for the screen: what to do, if the gateway knows. */
export function sentenceOf(error: unknown): string {
  if (error instanceof GatewayError) return error.hint ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
