import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/**
 * Three builds in one: the main process with its other entries (headless serve, one broker as a process, the broker worker), the
 * preload, the window. Runtime dependencies of the main process stay outside the bundle: several are native.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      rollupOptions: {
        input: {
          index: 'src-main/index.ts',
          serve: 'src-main/serve.ts',
          broker: 'src-main/broker.ts',
          format: 'src-main/format.ts',
          open: 'src-main/open.ts',
          'broker-worker': 'src-main/cluster-host/broker-worker.ts',
          'job-worker': 'src-main/workbench/search/job-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { preload: 'src-main/desktop/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [react()],
    // Relative, because the desktop door serves it from its own scheme and the browser door from a path.
    base: './',
    build: {
      outDir: 'out/renderer',
      // Nothing inlined as data: URLs: the content policy is `self` only.
      assetsInlineLimit: 0,
      target: 'chrome130',
      minify: true,
      // Colours stay as they are written: Monaco gets them from the tokens and takes no `#fff`.
      cssMinify: false,
      // Monaco, loaded when the first text is shown.
      chunkSizeWarningLimit: 4_000,
      rollupOptions: { input: 'src-renderer/index.html' },
    },
    worker: { format: 'es' },
  },
})
