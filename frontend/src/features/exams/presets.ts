export const PRESETS = [
  {
    value: 'relaxed',
    label: 'Relaxed',
    sentence: 'long holds, few warnings; for practice and open-book exams',
  },
  { value: 'standard', label: 'Standard', sentence: 'for most exams' },
  { value: 'strict', label: 'Strict', sentence: 'short holds, the screen is shared; for closed-book finals' },
] as const;

export type PresetName = (typeof PRESETS)[number]['value'];
