/** The address of a script that Vite builds by itself, to be started as a worker. */
declare module '*?worker&url' {
  const url: string
  export default url
}

interface ImportMeta {
  /** Vite's: whether this is a build, not the development server. */
  readonly env: { readonly PROD: boolean }
}
