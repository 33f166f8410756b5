import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import styles from './Markdown.module.css';

const FENCED = /^(```|~~~)[\s\S]*?^\1/gm;
const TAGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;

/** Markdown without raw HTML; headings start right below the page's own, links open beside. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown skipHtml remarkPlugins={[remarkGfm]} components={{ ...headings(text), ...LINKS }}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

const LINKS: Components = {
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
};

/** Whatever level an author starts with becomes h2, so that none is left out below the page's h1. */
function headings(text: string): Components {
  const marks = text.replace(FENCED, '').match(/^ {0,3}#{1,6}(?=\s)/gm) ?? [];
  const highest = Math.min(6, ...marks.map((mark) => mark.trim().length));
  const shown = (level: number) => TAGS[Math.min(5, Math.max(1, level - highest + 1))] ?? 'h6';
  return Object.fromEntries(TAGS.map((tag, index) => [tag, shown(index + 1)]));
}
