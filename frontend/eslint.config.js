import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Imports climb with the alias, so that the folder rules below can read them. */
const NO_CLIMBING = {
  regex: String.raw`^\.\./\.\.`,
  message: 'Import from another folder with the @/ alias.',
};

/**
 * Folders import only downwards: app -> features -> everything shared.
 * @param {string[]} folders
 */
const forbid = (...folders) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: [
        NO_CLIMBING,
        ...folders.map((folder) => ({
          group: [`@/${folder}/**`, `../${folder}/**`],
          message: `This folder must not know @/${folder}: imports go app -> features -> shared.`,
        })),
      ],
    },
  ],
});

export default defineConfig(
  globalIgnores(['src/api/generated/', 'coverage/']),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      reactHooks.configs.flat['recommended-latest'],
      jsxA11y.flatConfigs.strict,
    ],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // In a dialog the focus has to move; our controls take autoFocus for that, plain elements must not.
      'jsx-a11y/no-autofocus': ['error', { ignoreNonDOM: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Raw HTML from data is a hole; use react-markdown without raw HTML.',
        },
      ],
    },
  },
  { files: ['src/**/*.{ts,tsx}'], rules: forbid('app', 'features') },
  { files: ['src/features/**/*.{ts,tsx}'], rules: forbid('app', 'features') },
  { files: ['src/app/**/*.{ts,tsx}'], rules: forbid() },
  {
    files: ['src/**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Tests wait for conditions, not for time.' },
      ],
    },
  },
  { files: ['*.js', 'scripts/**'], languageOptions: { globals: globals.node } },
);
