/** Asks a vision-language model about what the camera sees now; the answer comes word by word. */
import { useState } from 'react';
import { StyleSheet, TextInput } from 'react-native';
import type { GatewayClient } from 'visual-reasoning-gateway-client';
import { sentenceOf } from './gateway';
import { Button, colors, Words } from './ui';

export function AskPanel({ client, cameraId }: { client: GatewayClient; cameraId: string }) {
  const [question, setQuestion] = useState('What do you see?');
  const [answer, setAnswer] = useState('');
  const [fault, setFault] = useState('');

  const ask = async () => {
    setAnswer('…');
    setFault('');
    try {
      let text = '';
      for await (const piece of client.moondream.stream('query', { cameraId, question })) {
        text += piece.text;
        setAnswer(text);
      }
    } catch (error) {
      setAnswer('');
      setFault(sentenceOf(error));
    }
  };

  return (
    <>
      <TextInput aria-label="Question" value={question} onChangeText={setQuestion} style={styles.input} />
      <Button label="Ask" onPress={() => void ask()} />
      {answer !== '' && <Words style={styles.answer}>{answer}</Words>}
      {fault !== '' && <Words isBad>{fault}</Words>}
    </>
  );
}

const styles = StyleSheet.create({
  input: {
    minHeight: 44,
    paddingHorizontal: 12,
    borderRadius: 8,
    backgroundColor: colors.card,
    color: colors.text,
    fontSize: 16,
  },
  answer: { color: colors.text, fontSize: 17 },
});
