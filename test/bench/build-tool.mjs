// A TypeScript file with all it imports as one plain module in a temporary directory; native packages stay where they are.
import { join } from 'node:path'
import { build } from 'vite'

export async function buildTool(source, outDir, name) {
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: source, outDir, minify: false, rollupOptions: { output: { entryFileNames: name } } },
    // Native codecs resolve from the project, not from the temporary directory.
    ssr: { external: true },
    plugins: [externalFromProject()],
  })
  return join(outDir, name)
}

function externalFromProject() {
  return {
    name: 'external-from-project',
    enforce: 'pre',
    resolveId: id => (/^[./]|^node:|\0/.test(id) ? null : { id: import.meta.resolve(id), external: true }),
  }
}
