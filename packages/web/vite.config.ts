import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    target: 'es2023',
    // A strict Content-Security-Policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
})

export default config
