/** Copies `text`. False if the browser does not let us: then it is to be selected by hand. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Whether the system has a sheet on which links are passed on, as phones have. */
export function canShare(): boolean {
  return typeof navigator.share === 'function'
}

/** Passes a link on by the system's sheet. False if there is none, or the user closed it. */
export async function share(url: string): Promise<boolean> {
  try {
    await navigator.share({ url })
    return true
  } catch {
    return false
  }
}
