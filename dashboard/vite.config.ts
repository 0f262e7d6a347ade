import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The server's Content-Security-Policy allows files of its own alone: nothing may be inlined.
export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: {
    outDir: process.env.DETOUR_DASHBOARD_OUT ?? 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  test: { include: ['src/**/*.test.ts'] },
});
