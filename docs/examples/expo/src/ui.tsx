/** The few elements that every screen uses. */
import type { ReactNode } from 'react';
import { Pressable, StyleSheet, Text, type TextProps } from 'react-native';

export const colors = {
  page: '#101418',
  card: '#1b2127',
  text: '#f2f5f7',
  faint: '#9aa7b2',
  accent: '#4aa8ff',
  bad: '#ff8a80',
} as const;

export function Title({ children }: { children: ReactNode }) {
  return (
    <Text role="heading" style={styles.title}>
      {children}
    </Text>
  );
}

export function Words({ isBad = false, ...props }: TextProps & { isBad?: boolean }) {
  return <Text {...props} style={[styles.words, isBad && styles.bad, props.style]} />;
}

interface ButtonProps {
  label: string;
  onPress?: () => void;
  onPressIn?: () => void;
  onPressOut?: () => void;
  isChosen?: boolean;
  /** What is shown, where the label would be too long. */
  sign?: string;
}

export function Button({ label, sign = label, isChosen = false, ...events }: ButtonProps) {
  return (
    <Pressable
      role="button"
      aria-label={label}
      {...events}
      style={({ pressed }) => [styles.button, isChosen && styles.chosen, pressed && styles.pressed]}
    >
      <Text style={styles.label}>{sign}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({
  title: { color: colors.text, fontSize: 22, fontWeight: '600' },
  words: { color: colors.faint, fontSize: 15 },
  bad: { color: colors.bad },
  button: {
    minHeight: 44,
    minWidth: 44,
    paddingHorizontal: 14,
    borderRadius: 8,
    backgroundColor: colors.card,
    alignItems: 'center',
    justifyContent: 'center',
  },
  chosen: { borderWidth: 1, borderColor: colors.accent },
  pressed: { opacity: 0.6 },
  label: { color: colors.text, fontSize: 16 },
});
