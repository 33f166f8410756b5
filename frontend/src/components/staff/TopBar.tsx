import { LogOut, Moon, Sun, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useLogOut } from '@/api/session';
import type { Me } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { useTheme } from './theme';
import styles from './TopBar.module.css';

export interface TopBarProps {
  me: Me;
  preferredTheme?: 'light' | 'dark' | undefined;
  /** What stands after the brand: where we are. */
  where?: ReactNode;
  /** What stands before the theme button, such as help. */
  tools?: ReactNode;
  /** The wall needs the room that the links take. */
  links?: boolean;
}

export function TopBar({ me, preferredTheme, where, tools, links = true }: TopBarProps) {
  const { theme, toggle } = useTheme(preferredTheme);
  const logOut = useLogOut();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className={styles.bar}>
      <NavLink to="/exams" className={styles.brand ?? ''}>
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden>
          <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round">
            <path d="M3 17V9a7 7 0 0 1 14 0v8" />
            <path d="M7 17v-7a3 3 0 0 1 6 0v7" />
          </g>
        </svg>
        <span>Examhall</span>
      </NavLink>
      {links && (
        <nav className={styles.links} aria-label="Pages">
          <NavLink to="/exams">Exams</NavLink>
          {me.role === 'admin' && (
            <>
              <NavLink to="/staff">Staff</NavLink>
              <NavLink to="/api-keys">API keys</NavLink>
              <NavLink to="/audit">Audit log</NavLink>
            </>
          )}
        </nav>
      )}
      <div className={styles.where}>{where}</div>
      <div className={styles.tools}>
        {tools}
        <Button variant="quiet" iconOnly aria-label={`Use the ${other} theme`} onPress={toggle}>
          {theme === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
        </Button>
        <NavLink
          to="/account"
          className={styles.me ?? ''}
          title={`${me.name}, ${me.role}`}
          aria-label={`My account, ${me.name}`}
        >
          <UserRound size={16} aria-hidden />
          <span>{me.name}</span>
        </NavLink>
        <Button
          variant="quiet"
          iconOnly
          aria-label={`Log out ${me.name}`}
          isPending={logOut.isPending}
          onPress={() => {
            logOut.mutate();
          }}
        >
          <LogOut size={16} aria-hidden />
        </Button>
      </div>
    </header>
  );
}
