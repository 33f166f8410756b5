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

export function Button({
  variant = 'secondary',
  size = 'medium',
  iconOnly = false,
  isPending = false,
  ...props
}: ButtonProps) {
  // Pending is ours: the library announces it with an unnamed image once the button is gone. The button keeps
  // its focus and does nothing more until it is done.
  const { type = 'button', onPress, ...rest } = props;
  return (
    <AriaButton
      {...rest}
      type={isPending ? 'button' : type}
      {...(isPending || onPress === undefined ? {} : { onPress })}
      data-pending={isPending || undefined}
      className={styles.button ?? ''}
      data-variant={variant}
      data-size={size}
      data-icon-only={iconOnly || undefined}
    />
  );
}
