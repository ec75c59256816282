/**
 * Why nothing here can work, if so: a page that came over plain http from another machine has no keys, no storage under
 * them and no notifications (it is no secure context: https://www.w3.org/TR/secure-contexts/).
 */
export function insecureReason(): 'http-from-elsewhere' | undefined {
  return isSecureContext ? undefined : 'http-from-elsewhere'
}
