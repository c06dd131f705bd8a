/** Where the gateway is and how to get in, kept on this device. */
import * as SecureStore from 'expo-secure-store';
import { Platform } from 'react-native';

export interface Address {
  baseUrl: string;
  token: string;
}

const KEY = 'gateway';

/** Browsers have no keychain. */
const store =
  Platform.OS === 'web'
    ? {
        get: async () => localStorage.getItem(KEY),
        set: async (text: string) => localStorage.setItem(KEY, text),
        remove: async () => localStorage.removeItem(KEY),
      }
    : {
        get: () => SecureStore.getItemAsync(KEY),
        set: (text: string) => SecureStore.setItemAsync(KEY, text),
        remove: () => SecureStore.deleteItemAsync(KEY),
      };

export async function loadAddress(): Promise<Address | undefined> {
  const text = await store.get();
  return text === null ? undefined : (JSON.parse(text) as Address);
}

export async function saveAddress(address: Address): Promise<void> {
  await store.set(JSON.stringify(address));
}

export async function forgetAddress(): Promise<void> {
  await store.remove();
}
