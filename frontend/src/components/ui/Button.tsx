import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './Button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  /** "primary" is the one thing to do on a screen; "danger" ends or removes something. */
  variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  /** "large" on the candidate's pages, "small" inside rows and tiles. */
  size?: 'small' | 'medium' | 'large';
  /** Square, for an icon alone: give it an aria-label. */
  iconOnly?: boolean;
}

export function Button({ variant = 'secondary', size = 'medium', iconOnly = false, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={styles.button ?? ''}
      data-variant={variant}
      data-size={size}
      data-icon-only={iconOnly || undefined}
    />
  );
}
