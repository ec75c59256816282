/** The address of a script that Vite builds by itself, to be started as a worker. */
declare module '*?worker&url' {
  const url: string
  export default url
}
