import { useId, type ReactNode } from 'react';
import styles from './Field.module.css';

/** A native select: it works everywhere, with every keyboard and reader. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel = false,
  isDisabled = false,
  hint,
}: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  isDisabled?: boolean;
  hint?: ReactNode;
}) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      <select
        id={id}
        className={styles.control}
        value={value}
        disabled={isDisabled}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </div>
  );
}
