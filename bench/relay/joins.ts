import { joinHufu } from './members/hufu.ts'
import type { Join } from './members/member.ts'
import { joinMqtt } from './members/mqtt.ts'
import { joinNats } from './members/nats.ts'
import { joinSocketIo } from './members/socket-io.ts'
import { joinWebSocket } from './members/web-socket.ts'

export type PeerName = 'hufu' | 'nats-server' | 'mosquitto' | 'ws' | 'socket.io'

/** How to become a member at each. */
export const joins: Readonly<Record<PeerName, Join>> = {
  hufu: joinHufu,
  'nats-server': joinNats,
  mosquitto: joinMqtt,
  ws: joinWebSocket,
  'socket.io': joinSocketIo,
}
