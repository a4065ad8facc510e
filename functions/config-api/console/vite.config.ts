import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import macros from 'unplugin-parcel-macros';
import { defineConfig, type Plugin } from 'vite';

/** Languages that the components' own texts are kept in; the same as in `src/texts`. */
const locales = ['en-US', 'sv-SE'];

export default defineConfig({
  base: '/console/',
  plugins: [
    macros.vite(),
    optimizeLocales.vite({ locales }),
    ownFonts(),
    react(),
    fontLicence(),
    compressed(),
  ],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Nothing inline: the Content-Security-Policy takes only what this host serves.
    assetsInlineLimit: 0,
    // The licences of what the page is made of go with it.
    license: { fileName: 'licences.md' },
    // The page as a whole has a limit of its own, below.
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      output: {
        // The style macro gives each component its own file; together they are one request, and smaller.
        manualChunks: (id) =>
          /macro-(.*)\.css$/.test(id) || /@react-spectrum\/s2\/.*\.css$/.test(id) ? 'components' : undefined,
      },
    },
  },
});

/** Leaves out the component library's fonts, which it would load from another host. Ours come with the page. */
function ownFonts(): Plugin {
  return {
    name: 'own-fonts',
    enforce: 'pre',
    resolveId(source, importer) {
      return /\/Fonts\.(mjs|js)$/.test(source) && importer?.includes('@react-spectrum/s2')
        ? join(import.meta.dirname, 'src/noFonts.ts')
        : null;
    },
  };
}

/** Puts the font's licence beside the others. */
function fontLicence(): Plugin {
  return {
    name: 'font-licence',
    apply: 'build',
    generateBundle() {
      const path = 'node_modules/@fontsource-variable/source-sans-3/LICENSE';
      this.emitFile({
        type: 'asset',
        fileName: 'font-licence.txt',
        source: readFileSync(join(import.meta.dirname, path)),
      });
    },
  };
}

/** Compresses what is text. The server sends the compressed forms, so only the page itself is also kept as it is. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      if (!dir) return;
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const path = join(dir, name);
        if (!statSync(path).isFile() || !/\.(html|js|css|svg|txt|md|json)$/.test(name)) continue;
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(
          `${path}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
        );
        if (!name.endsWith('.html')) rmSync(path);
      }
      checkFirstLoad(dir);
    },
  };
}

/** Most bytes that a browser fetches to show the inventory for the first time, compressed by gzip. */
const FIRST_LOAD_MAX_BYTES = 350_000;

/** Fails the build if the first load is too large: what the page names, the inventory with all that it imports, the font. */
function checkFirstLoad(dir: string): void {
  const assets = readdirSync(join(dir, 'assets'));
  const first = new Set<string>();
  const take = (name: string) => {
    if (first.has(name)) return;
    first.add(name);
    if (!name.endsWith('.js')) return;
    const code = gunzipSync(readFileSync(join(dir, 'assets', `${name}.gz`))).toString();
    for (const [, imported] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) take(imported!);
  };
  const page = readFileSync(join(dir, 'index.html'), 'utf8');
  for (const [, name] of page.matchAll(/\/console\/assets\/([^"]+)"/g)) take(name!);
  for (const name of assets.map((name) => name.replace(/\.gz$/, '')))
    if (/^Inventory-.*\.js$/.test(name) || name.endsWith('.woff2')) take(name);
  const bytes = [...first].reduce(
    (sum, name) => {
      const form = assets.includes(`${name}.gz`) ? `${name}.gz` : name;
      return sum + statSync(join(dir, 'assets', form)).size;
    },
    statSync(join(dir, 'index.html.gz')).size,
  );
  console.log(`First load: ${Math.round(bytes / 1000)} KB in ${first.size + 1} files`);
  if (bytes > FIRST_LOAD_MAX_BYTES)
    throw new Error(`The first load has more than ${FIRST_LOAD_MAX_BYTES} bytes.`);
}
