/** What happened at the cameras, newest first, and what happens now. */
import { useEffect, useState } from 'react';
import { Image, Platform, StyleSheet, View } from 'react-native';
import type { CameraEvent, GatewayClient } from 'visual-reasoning-gateway-client';
import { sentenceOf } from './gateway';
import { colors, Words } from './ui';

const SHOWN = 30;

export function EventList({ client }: { client: GatewayClient }) {
  const [events, setEvents] = useState<CameraEvent[]>();
  const [fault, setFault] = useState('');

  useEffect(() => {
    const ending = new AbortController();
    const follow = async () => {
      setEvents((await client.events.list({ limit: SHOWN })).events);
      for await (const { event } of client.events.follow({}, { signal: ending.signal }))
        setEvents((before = []) => [event, ...before.filter(({ id }) => id !== event.id)].slice(0, SHOWN));
    };
    follow().catch((error: unknown) => {
      if (!ending.signal.aborted) setFault(sentenceOf(error));
    });
    return () => ending.abort();
  }, [client]);

  return (
    <>
      {fault !== '' && <Words isBad>{fault}</Words>}
      {events === undefined && fault === '' && <Words>Loading …</Words>}
      {events?.length === 0 && <Words>Nothing has happened yet.</Words>}
      {events?.map((event) => (
        <View key={event.id} style={styles.card}>
          {event.snapshotUrl !== null && <Snapshot client={client} id={event.id} />}
          <View style={styles.words}>
            <Words style={styles.label}>{`${event.label} at ${event.cameraId}`}</Words>
            <Words>{new Date(event.startedAt).toLocaleString()}</Words>
            {event.state === 'open' && <Words>goes on</Words>}
          </View>
        </View>
      ))}
    </>
  );
}

/** Native image views send headers; those of browsers need an address that opens by itself. */
function Snapshot({ client, id }: { client: GatewayClient; id: string }) {
  const [source, setSource] = useState<{ uri: string; headers?: Record<string, string> }>();
  useEffect(() => {
    const uri = client.events.snapshotUrl(id);
    const prepare = async () =>
      Platform.OS === 'web'
        ? { uri: await client.withTicket(uri) }
        : { uri, headers: await client.imageHeaders() };
    prepare().then(setSource, console.warn);
  }, [client, id]);
  return source === undefined ? (
    <View style={styles.picture} />
  ) : (
    <Image source={source} style={styles.picture} />
  );
}

const styles = StyleSheet.create({
  card: { flexDirection: 'row', gap: 12, padding: 8, borderRadius: 8, backgroundColor: colors.card },
  picture: { width: 96, height: 54, borderRadius: 4, backgroundColor: 'black' },
  words: { flex: 1, justifyContent: 'center' },
  label: { color: colors.text },
});
