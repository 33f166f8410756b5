// Builds the page of benchmarks/meetings.py: `node scripts/bench-page.mjs DIR`.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const [, , outDir] = process.argv;
if (outDir === undefined) throw new Error('Name the folder: node scripts/bench-page.mjs DIR');

await build({
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { '@': at('../src') } },
  build: {
    outDir,
    target: 'es2022',
    rollupOptions: {
      input: at('../src/bench/live-views.ts'),
      output: { entryFileNames: 'live-views.js' },
    },
  },
});
