import { signal, type Signal } from '@preact/signals'

/** Whether the user is being asked if they mean to leave: by the button, or by the browser's Back. */
export const leaveAsked: Signal<boolean> = signal(false)
