// Builds the page of benchmarks/meetings.py: `node scripts/bench-page.mjs DIR`.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { '@': at('../src') } },
  build: {
    outDir: process.argv[2],
    target: 'es2022',
    rollupOptions: {
      input: at('../src/bench/live-views.ts'),
      output: { entryFileNames: 'live-views.js' },
    },
  },
});
