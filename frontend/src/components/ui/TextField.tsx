import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components';
import styles from './Field.module.css';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children'> {
  label: string;
  /** Said under the field and read out with it. */
  hint?: string | undefined;
  /** What is wrong and how to mend it; shown while `isInvalid`. */
  error?: string | undefined;
  placeholder?: string | undefined;
  /** More than one makes it a text area. */
  rows?: number;
  /** For numbers and times. */
  range?: { min?: string | number; max?: string | number; step?: string | number };
  /** The label is then for screen readers only. */
  hideLabel?: boolean;
}

export function TextField({
  label,
  hint,
  error,
  placeholder,
  rows = 1,
  range,
  hideLabel = false,
  ...props
}: TextFieldProps) {
  const given = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField isInvalid={error !== undefined} {...props} className={styles.field ?? ''}>
      <Label className={hideLabel ? 'visually-hidden' : (styles.label ?? '')}>{label}</Label>
      {rows > 1 ? (
        <TextArea className={styles.control ?? ''} rows={rows} {...given} />
      ) : (
        <Input className={styles.control ?? ''} {...given} {...range} />
      )}
      {hint !== undefined && (
        <Text slot="description" className={styles.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}
