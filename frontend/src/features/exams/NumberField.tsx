import { useState } from 'react';
import { TextField } from '@/components/ui/TextField';

/** A number with what may be typed on the way to it. */
export function NumberField({
  label,
  value,
  min = 0,
  max,
  step = 'any',
  hint,
  mayEdit,
  onChange,
}: {
  label: string;
  value: number;
  min?: number;
  max?: number;
  step?: string;
  hint?: string;
  mayEdit: boolean;
  onChange: (value: number) => void;
}) {
  const [text, setText] = useState(String(value));
  // What is typed may be unfinished ("0."); the number follows only when there is one.
  const shown = Number(text) === value ? text : String(value);
  return (
    <TextField
      label={label}
      hint={hint}
      type="number"
      isRequired
      isDisabled={!mayEdit}
      range={{ min, step, ...(max === undefined ? {} : { max }) }}
      value={shown}
      onChange={(typed) => {
        setText(typed);
        if (typed.trim() !== '' && Number.isFinite(Number(typed))) onChange(Number(typed));
      }}
    />
  );
}
