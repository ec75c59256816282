import { build, type Rolldown } from 'vite'

/** One script for a page, made of the module at `entry` and all that it imports, with what a browser gets of each. */
export async function bundle(entry: URL): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      minify: false,
      rolldownOptions: {
        input: entry.pathname,
        output: { codeSplitting: false },
        // The entry's exports stay as they are.
        preserveEntrySignatures: 'strict',
      },
    },
  })) as Rolldown.RolldownOutput
  return built.output[0].code
}
