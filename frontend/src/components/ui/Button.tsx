import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './Button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  /** "primary" is the one thing to do on a screen; "danger" ends or removes something. */
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  /** "lg" on the candidate's pages, "sm" inside rows and tiles. */
  size?: 'sm' | 'md' | 'lg';
  /** Square, for an icon alone: give it an aria-label. */
  icon?: boolean;
}

export function Button({ variant = 'secondary', size = 'md', icon = false, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={styles.button ?? ''}
      data-variant={variant}
      data-size={size}
      data-icon={icon || undefined}
    />
  );
}
