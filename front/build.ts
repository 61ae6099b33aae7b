/**
 * Builds each entry into one self-contained file with a fixed name in hemei/site/static/built/.
 * Django hashes the names afterwards; a chunk or worker that a script loads by itself would not survive that,
 * so nothing is split and the map's worker is handed to the page by its template.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const built = join(root, "../hemei/site/static/built");
const worker = join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs");

/** Who goes out has a phone of some years: what works without a signal is built for WebViews of 2020. */
const OLDER: Record<string, string> = { offline: "chrome80", door: "chrome80", several: "chrome80" };

async function bundle(entry: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: built,
      emptyOutDir: false,
      target: OLDER[entry] ?? "es2022",
      cssTarget: OLDER[entry] ?? "chrome87", // township offices keep browsers for years
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: join(root, "src", `${entry}.ts`),
        output: { format: "es", codeSplitting: false, entryFileNames: `${entry}.js`, assetFileNames: `${entry}[extname]` },
      },
    },
  });
}

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
for (const entry of ["office", "field", "charts", "map", "cardcheck", "offline", "door", "several"]) await bundle(entry);
// A source map comment would send Django's hashing after a file that is not shipped.
writeFileSync(join(built, "map-worker.js"), readFileSync(worker, "utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
// Old WebViews read this one: copied as written, so that no minifier modernises it.
copyFileSync(join(root, "src/household.css"), join(built, "household.css"));
