/*
 * The least that a page can do to get a file to another one, sealed, through a server: what a browser and this machine
 * leave to be reached. No handshake, no acknowledgements, no resuming, no word to a user.
 */

/** Octets of one message before it is sealed, as in hufu. */
const MESSAGE = 65_536
/** Octets that may wait to be sent. */
const UNSENT = 16_000_000
/** Messages that are sealed or opened at the same time. */
const AT_ONCE = 16
/** Octets that are read, or given to the disk's worker, at once. */
const BLOCK = 1_048_576

/** An HTML page with the script that {@link PAGES} names. */
export function pageOf(script: string): string {
  return `<!doctype html><title>least</title><input type="file"><script type="module">${script}</script>`
}

const COMMON = `
const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt', 'decrypt'])
const how = (n) => {
  const iv = new Uint8Array(12)
  new DataView(iv.buffer).setUint32(8, n)
  return { name: 'AES-GCM', iv }
}
const open = (side) => new Promise((resolve) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/' + side)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => resolve(socket)
})`

/** The sending page: \`send()\` sends the file of its input. */
export const SENDER: string = `${COMMON}
const socket = await open('a')
globalThis.send = async () => {
  const file = document.querySelector('input').files[0]
  const read = (at) => file.slice(at, at + ${BLOCK}).arrayBuffer()
  const under = []
  let n = 0
  let ahead = read(0)
  for (let at = 0; at < file.size; at += ${BLOCK}) {
    const block = new Uint8Array(await ahead)
    ahead = read(at + ${BLOCK})
    for (let from = 0; from < block.length; from += ${MESSAGE}) {
      under.push(crypto.subtle.encrypt(how(n++), key, block.subarray(from, from + ${MESSAGE})))
      if (under.length < ${AT_ONCE}) continue
      while (socket.bufferedAmount > ${UNSENT}) await new Promise((go) => setTimeout(go, 4))
      socket.send(await under.shift())
    }
  }
  for (const sealed of under) socket.send(await sealed)
}
document.title = 'ready'`

const DISK = `
let handle
let at = 0
const ready = (async () => {
  const root = await navigator.storage.getDirectory()
  handle = await (await root.getFileHandle('least', { create: true })).createSyncAccessHandle()
})()
onmessage = async ({ data }) => {
  await ready
  for (const piece of data) at += handle.write(new Uint8Array(piece), { at })
  postMessage(at)
}`

/** The receiving page: \`receive(octets)\` resolves when so many stand in the page's own folder. */
export const RECEIVER: string = `${COMMON}
const disk = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(DISK)}])))
globalThis.receive = (octets) => new Promise((resolve) => {
  let n = 0
  let waiting = []
  let gathered = 0
  let taken = 0
  disk.onmessage = ({ data }) => { if (data >= octets) resolve() }
  socket.onmessage = async ({ data }) => {
    const piece = await crypto.subtle.decrypt(how(n++), key, data)
    waiting.push(piece)
    gathered += piece.byteLength
    taken += piece.byteLength
    if (gathered < ${BLOCK} && taken < octets) return
    disk.postMessage(waiting, waiting)
    waiting = []
    gathered = 0
  }
})
const socket = await open('b')
document.title = 'ready'`
