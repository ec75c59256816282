import type { Text } from './text.ts'

const REPORT = '这是 hufu 自身的错误。请附上下面的代码告诉我们。'
const TAMPERED = '其中的内容一概没有采用。如果再次发生，请不要信任中间的网络或服务器。'
const OPEN_AGAIN = '请重新发起会话，把新的配对码告诉对方。'
const NEVER_HERE = '这属于命令行或服务器的设置。'

/** What happened and what to do next, in Simplified Chinese. */
export const errorsZh: Text['errors'] = {
  ERR_CALL_ORDER: { what: '步骤的顺序不对。', next: REPORT },
  ERR_CRYPTO_INPUT: { what: '某项运算得到了错误的输入。', next: REPORT },
  ERR_SECRET_WIPED: { what: '一个密钥在清除之后又被使用。', next: REPORT },
  ERR_INTERNAL: { what: 'hufu 内部出错了。', next: REPORT },

  ERR_WIRE_OVERSIZE: { what: '收到的消息大得不合规定。', next: TAMPERED },
  ERR_WIRE_DEPTH: { what: '收到的消息嵌套得太深。', next: TAMPERED },
  ERR_WIRE_MALFORMED: { what: '收到的消息无法解读。', next: TAMPERED },
  ERR_WIRE_SCHEMA: { what: '收到的消息内容不对。', next: TAMPERED },
  ERR_WIRE_FRAME: { what: '收到的一段数据无法解读。', next: TAMPERED },
  ERR_WIRE_UNEXPECTED: { what: '收到了此时不该出现的消息。', next: TAMPERED },

  ERR_UNREACHABLE: {
    what: '无法连接服务器。',
    next: '请检查网络。如果网络正常，可能是服务器停了：稍后再试。',
  },
  ERR_NOT_HUFU: {
    what: '有响应，但没能连到 hufu 服务器。',
    next: '中间的代理必须放行 WebSocket。请告诉服务器的管理者。',
  },
  ERR_VERSION: { what: '本页与服务器的版本不一致。', next: '刷新页面即可得到相符的版本。' },
  ERR_HELLO_PROOF: {
    what: '服务器没有接受本页的密钥证明。',
    next: '请重试。如果再次发生，说明中间有人改动了消息。',
  },
  ERR_HELLO_NAME: {
    what: '服务器不认本页所用的地址。',
    next: '请使用管理者给你的地址；如果你就是管理者，请把这个地址加进设置项 `names`。',
  },
  ERR_HELLO_TIMEOUT: { what: '与服务器握手超时。', next: '网络或服务器很慢，请重试。' },
  ERR_RATE: { what: '本页发出的消息超过了服务器允许的数量。', next: '请等一分钟再试。' },
  ERR_CONNECTIONS: {
    what: '服务器上的连接太多，或来自本网络的连接太多。',
    next: '请关掉其他使用它的页面，或稍后再试。',
  },
  ERR_IDLE: { what: '服务器太久没有收到本页的消息。', next: '设备可能休眠过，请重试。' },
  ERR_SLOW_READER: {
    what: '本页接收太慢，服务器存不下了。',
    next: '请换一个更快的网络再试。',
  },
  ERR_REPLACED: {
    what: '另一个页面或终端用同一把密钥连上并取代了这里。',
    next: '请到那边继续；每个名字、每个联系人同一时间只用一处。',
  },
  ERR_DRAINING: { what: '服务器正在重启。', next: '请稍后再试。' },
  ERR_BUSY: { what: '服务器太忙。', next: '请稍后再试。' },

  ERR_RECORD_FORGED: { what: '有人在途中改动或伪造了消息。', next: TAMPERED },
  ERR_RECORD_MALFORMED: { what: '一条加密消息已损坏。', next: TAMPERED },
  ERR_RECORD_EPOCH: { what: '收到的消息用了并未启用的密钥。', next: TAMPERED },
  ERR_RECORD_LIMIT: { what: '本次会话的密钥已经用尽。', next: '重新配对即可继续。' },
  ERR_REKEY_MALFORMED: { what: '对方违反了更换密钥的规则。', next: TAMPERED },
  ERR_REKEY_UNCONFIRMED: {
    what: '密钥无法更新：对方没有回应。',
    next: '请重新配对。如果经常发生，说明网络或服务器在丢消息。',
  },
  ERR_LINK_MALFORMED: { what: '对方违反了会话的规则。', next: TAMPERED },
  ERR_LINK_CREDIT: { what: '对方发送的数据超过了允许的量。', next: TAMPERED },
  ERR_LINK_STALLED: {
    what: '会话卡住了，消息不再到达。',
    next: '请检查网络，然后重新配对。',
  },
  ERR_SESSION_TRUNCATED: {
    what: '会话结束时还有内容没有到达。',
    next: '请问对方缺了什么。网络或服务器丢了消息。',
  },
  ERR_SESSION_UNKNOWN: { what: '服务器已不再记得这次会话。', next: '重新配对即可继续。' },
  ERR_SESSION_UNCONFIRMED: {
    what: '服务器说配对成立，但没有及时听到对方的消息。',
    next: '请用新的配对码重新配对。',
  },
  ERR_PEER_GONE: { what: '对方离开了，没有回来。', next: '等对方在时重新配对。' },

  ERR_PAIR_CODE: {
    what: '这不像一个配对码。',
    next: '配对码是一个数字加三个词，例如 4821-tango-orbit-lilac。',
  },
  ERR_PAIR_PASSPHRASE: {
    what: '这不能用作口令。',
    next: '至少一个字符，只能用文字、数字、空格或符号。',
  },
  ERR_PAIR_NAME: {
    what: '这不能用作名字。',
    next: '最多 64 个文字或数字，中间可以有点、横线和下划线。',
  },
  ERR_PAIR_ADDRESS: {
    what: '服务器无法呼叫这个地址。',
    next: '请使用配对码，或者正在等候的名字。',
  },
  ERR_PAIR_REFUSED: {
    what: '配对被拒绝。',
    next: '可能是听错或输错了词；配对码已经用过或过期；或者它是在别的服务器上发起的。每个配对码只能试一次：请向对方要一个新的。',
  },
  ERR_PAIR_GUESSED: {
    what: '有人用错误的词尝试了配对。',
    next: `这个配对码已经作废，谁也不能再用。可能是对方输错了，也可能是陌生人。${OPEN_AGAIN}`,
  },
  ERR_PAIR_MISMATCH: {
    what: '两边的口令不一样。',
    next: '请逐字核对口令，然后再试一次。',
  },
  ERR_PAIR_NO_ANSWER: {
    what: '没有人应答。',
    next: '对方没有用这个名字等候，没有及时应答，或者拒绝了。请核对名字，并在重试之前先联系对方。',
  },
  ERR_PAIR_DECLINED: { what: '呼叫被拒绝了。', next: '不需要再做什么。' },
  ERR_PAIR_ABANDONED: {
    what: '对方在配对中途消失了。',
    next: `什么也没有发出。${OPEN_AGAIN}`,
  },
  ERR_PAIR_ANSWER_LATE: {
    what: '应答来得太晚，或根本没来。',
    next: '请确认对方还在等，然后用新的配对码重新配对。',
  },
  ERR_PAIR_CONFIRM_LATE: {
    what: '确认来得太晚。',
    next: '你们之间的网络很慢或中断过。请用新的配对码重新配对。',
  },
  ERR_PAIR_EXPIRED: { what: '配对码已过期。', next: OPEN_AGAIN },
  ERR_PAIR_THROTTLED: {
    what: '从这里或对这个名字的错误尝试太多。',
    next: '请等几分钟；对名字可能要等一天。',
  },
  ERR_PAIR_NAME_TAKEN: {
    what: '这个名字属于别人。',
    next: '请换一个。名字超过 30 天没有使用才会重新空出来。',
  },
  ERR_PAIR_SLOTS: {
    what: '服务器上或来自本网络的配对码太多。',
    next: '请关掉不再等待的会话，或等它们的配对码过期。',
  },
  ERR_PAIR_SUITE: {
    what: '两端没有共同的算法。',
    next: '请刷新本页；如果仍不行，说明对方的版本太旧。',
  },
  ERR_PAIR_REFLECTED: { what: '本页自己的消息被当作对方的送了回来。', next: TAMPERED },
  ERR_PAIR_MALFORMED: { what: '对方的配对消息无法解读。', next: TAMPERED },
  ERR_CONTACT_UNKNOWN: {
    what: '没有这个名字的联系人。',
    next: '可能已在另一个标签页中删除。请用配对码配对，再次互相记住。',
  },
  ERR_CONTACT_EXISTS: { what: '已经有这个名字的联系人。', next: '请换一个名字。' },
  ERR_CONTACT_LOST: {
    what: '这个联系人的密钥已经对不上了。',
    next: '有一端是从备份恢复的，或被复制到别处使用过。请双方都删除这个联系人，再用配对码配对并互相记住。',
  },

  ERR_USER_ID: {
    what: '这不是用户 ID。',
    next: '用户 ID 形如 name@place，只用小写字母、数字、点和连字符。',
  },
  ERR_CERT_MALFORMED: {
    what: '证书无法读取。',
    next: '未采用其中任何内容。如果密钥来自别处，请向签发者索取 X.509 证书（DER）。',
  },
  ERR_CERT_ALGORITHM: {
    what: '证书使用了 hufu 不接受的算法。',
    next: '请改为 P-256、Ed25519 或 X25519 密钥，并用 ECDSA P-256 或 Ed25519 签发。',
  },
  ERR_CERT_ISSUER: {
    what: '证书的签发者在这里不受信任。',
    next: '请让管理员信任该签发者，或使用在这里签发的密钥。',
  },
  ERR_CERT_SIGNATURE: { what: '证书的签名不正确。', next: '证书被篡改或伪造，请勿信任发送方。' },
  ERR_CERT_NAMESPACE: {
    what: '签发者无权为该命名空间的用户签发证书。',
    next: '请向管理员询问该签发者被信任的命名空间。',
  },
  ERR_CERT_NOT_YET: { what: '证书尚未生效。', next: '请检查机器的时钟以及证书的生效时间。' },
  ERR_CERT_EXPIRED: { what: '证书已过期。', next: '请更新密钥：向管理员索取新的邀请。' },
  ERR_CERT_USAGE: {
    what: '证书不能用于此用途。',
    next: '请用签名证书签名，用密钥协商证书协商密钥。',
  },
  ERR_CERT_USER: { what: '证书属于另一个用户。', next: '请使用该密钥登记的用户 ID 登录。' },
  ERR_ENROL_CODE: {
    what: '邀请无效。',
    next: '可能输入有误、已被使用、已过期或被撤回。请向发送者索取新的邀请。',
  },
  ERR_ENROL_KEYS: {
    what: '要登记的密钥不合格。',
    next: '请重新生成密钥；若在令牌中，则其公钥点格式有误。',
  },
  ERR_ENROL_LIMIT: { what: '该用户的密钥数量已达上限。', next: '请撤销不再使用的密钥。' },
  ERR_AUTHORITY: {
    what: '无法连接到认证机构。',
    next: '登录不受影响，但暂时无法签发或更新密钥。请稍后再试，或告知管理员。',
  },
  ERR_USER_UNKNOWN: { what: '没有这个用户。', next: '请检查用户 ID。' },
  ERR_USER_EXISTS: {
    what: '已经有这个 ID 的用户。',
    next: '请换一个 ID，或邀请该用户登记另一把密钥。',
  },
  ERR_USER_SUSPENDED: { what: '该用户已被停用。', next: '请联系管理员。' },
  ERR_KEY_UNKNOWN: { what: '服务器不认识这把密钥。', next: '请用邀请登记它。' },
  ERR_KEY_REVOKED: {
    what: '这把密钥已被撤销。',
    next: '请使用你的另一把密钥，或向管理员索取邀请。',
  },
  ERR_SIGNIN_CHALLENGE: { what: '质询已被使用，或并非本服务器所发。', next: '请重试。' },
  ERR_SIGNIN_EXPIRED: { what: '登录耗时过长。', next: '请重试，并尽快触碰密钥或输入 PIN。' },
  ERR_SIGNIN_PROOF: {
    what: '密钥的证明不正确。',
    next: '请重试。若再次发生，说明有人篡改消息，或这不是登记过的那把密钥。',
  },
  ERR_TERMINAL_IN_USE: { what: '已有其他人登录在这台终端上。', next: '须由其本人或管理员先释放。' },
  ERR_SIGNIN_NONE: { what: '没有人登录在这里。', next: '请先登录。' },
  ERR_RELEASE_REFUSED: { what: '只有已登录的用户本人才能释放。', next: '请使用该用户的密钥。' },
  ERR_BINDING_TAKEN: { what: '你已在另一台终端登录。', next: '要回到这里，请重新登录。' },
  ERR_BINDING_RELEASED: { what: '用户已从别处释放了这台终端。', next: '如需继续，请重新登录。' },
  ERR_BINDING_FORCED: { what: '管理员已释放这台终端。', next: '原因已一并给出。' },
  ERR_BINDING_EXPIRED: { what: '登录已过期。', next: '请重新登录。' },
  ERR_CHIP_UNKNOWN: {
    what: '服务器不认识这台终端的安全芯片。',
    next: '请用 `hufu terminal enrol` 登记终端。',
  },
  ERR_KEY_FILE: { what: '密钥文件无法读取。', next: '请从副本恢复，或登记新的密钥。' },
  ERR_KEY_PASSPHRASE: { what: '口令无法打开密钥。', next: '请重试。' },
  ERR_KEY_ABSENT: {
    what: '这里没有这个名字的密钥。',
    next: '`hufu key list` 列出现有密钥；`hufu key new` 新建密钥。',
  },
  ERR_KEY_EXISTS: { what: '已经有这个名字的密钥。', next: '请换一个名字。' },
  ERR_IDENTITY_PROOF: { what: '对方的用户 ID 证明不正确。', next: '请勿相信其自称的身份。' },
  ERR_IDENTITY_CHANGED: {
    what: '该用户的密钥与之前不同。',
    next: '请通过其他途径确认对方是否换了密钥，再决定是否接受。',
  },
  ERR_PASSKEY_NONE: {
    what: '此浏览器或密钥不支持可保管密钥的通行密钥（PRF）。',
    next: '请换用其他浏览器或安全密钥，或在命令行用 `hufu signin` 登录。',
  },
  ERR_PASSKEY_CANCELLED: { what: '未使用通行密钥。', next: '请重试，并用通行密钥确认。' },
  ERR_PASSKEY_HOST: {
    what: '此通行密钥是为另一个主机名创建的。',
    next: '请用登记时的地址打开页面，或用恢复码重新登记。',
  },
  ERR_PASSKEY_BLOB: {
    what: '服务器保存的密钥封包无法打开。',
    next: '它已被篡改、调换，或属于其他用户。请用恢复码登记新密钥。',
  },

  ERR_CALL_UNKNOWN: {
    what: '这个通话不存在或已结束。',
    next: '请让对方重新呼叫。',
  },
  ERR_CALL_EXISTS: {
    what: '已有相同编号的通话。',
    next: '请重新呼叫。',
  },
  ERR_CALL_LIMIT: {
    what: '此通话的人数已达服务器上限。',
    next: '请减少呼叫人数，或联系服务器管理员。',
  },
  ERR_CALL_BUSY: {
    what: '您同时参加的通话数已达服务器上限。',
    next: '请先退出其他通话。',
  },
  ERR_CALL_RATE: {
    what: '您一分钟内呼叫次数过多。',
    next: '请一分钟后再呼叫。',
  },
  ERR_CALL_SEAT: {
    what: '此浏览器在该通话中已有另一席位。',
    next: '请先在此退出该通话，再重新接听。',
  },
  ERR_CALL_HOST: {
    what: '只有通话主持人可以这样做。',
    next: '请让主持人操作，或请其移交主持权。',
  },
  ERR_CALL_KEY: {
    what: '通话需要安全密钥，您登录时未使用。',
    next: '请使用密钥登录。',
  },
  ERR_CALL_CHECK: {
    what: '服务器要求密钥证明，但证明不正确。',
    next: '请重试；若再次发生，可能有人篡改消息。',
  },
  ERR_CALL_DECLINED: {
    what: '对方拒绝了通话。',
    next: '请询问对方何时方便。',
  },
  ERR_CALL_NO_ANSWER: {
    what: '无人接听。',
    next: '请稍后再试。对方可能不存在、未登录或不在。',
  },
  ERR_CALL_ELSEWHERE: {
    what: '已在您的另一终端接听或拒绝。',
    next: '无需操作。',
  },
  ERR_CALL_WITHDRAWN: {
    what: '对方已取消呼叫。',
    next: '如有需要，请回拨。',
  },
  ERR_CALL_ENDED: {
    what: '主持人已结束通话。',
    next: '无需操作，密钥已清除。',
  },
  ERR_CALL_REMOVED: {
    what: '主持人已将您移出通话。',
    next: '请向主持人询问原因。',
  },
  ERR_CALL_FORCED: {
    what: '服务器管理员已结束通话。',
    next: '请查看所示原因，或询问管理员。',
  },
  ERR_CALL_PROOF: {
    what: '通话中有人出示的签名不正确。',
    next: '请停止并重新呼叫，然后核对代码。',
  },
  ERR_CALL_FORK: {
    what: '主持人或服务器向不同成员展示了不同的通话。',
    next: '请停止并重新呼叫，然后核对代码。',
  },
  ERR_CALL_LOST: {
    what: '通话失去了主持人，或本终端已失去该通话。',
    next: '请重新呼叫。',
  },

  ERR_TALK_MALFORMED: { what: '对方发来的内容无法理解。', next: TAMPERED },
  ERR_FILE_DECLINED: {
    what: '对方没有接收这个文件。',
    next: '请先问一声，然后再发。终端要用 --receive DIR 接收，或在询问时输入 /accept。',
  },
  ERR_FILE_CANCELLED: {
    what: '传输已取消。',
    next: '可以再发一次；已经到达的部分不会重发。',
  },
  ERR_FILE_NAME: {
    what: '有一个文件名写在这里不安全。',
    next: '什么也没有写入。请让对方改名。',
  },
  ERR_FILE_CHANGED: { what: '文件在发送途中变了。', next: '等没有程序写它时再发一次。' },
  ERR_FILE_READ: {
    what: '文件无法读取。',
    next: '它可能被移走或删除，或者浏览器无权读取。请重新选择。',
  },
  ERR_FILE_WRITE: {
    what: '文件无法写入。',
    next: '请检查磁盘空间，以及浏览器能否写到那里，然后让对方再发一次。',
  },
  ERR_AUDIO_FORMAT: {
    what: '这个文件不是可以播放的声音。',
    next: '请用未压缩、单声道或双声道的 WAV 文件。',
  },

  ERR_USAGE: { what: '这个请求无法理解。', next: NEVER_HERE },
  ERR_CONFIG: { what: '配置有误。', next: NEVER_HERE },
  ERR_LISTEN: { what: '服务器无法在那里监听。', next: NEVER_HERE },
  ERR_DATA_FOLDER: { what: '数据文件夹无法使用。', next: NEVER_HERE },
  ERR_STORE_VERSION: {
    what: '这里存储的内容是由更新版本的 hufu 写的。',
    next: '刷新页面即可得到新版本。',
  },
  ERR_AUDIT_BROKEN: { what: '审计记录与当初所记的不符。', next: NEVER_HERE },
  ERR_AUDIT_KEY: { what: '审计记录属于另一把签名密钥。', next: NEVER_HERE },
  ERR_BACKUP_DAMAGED: { what: '备份与当初所备份的不符。', next: NEVER_HERE },
  ERR_VAULT_KEY: { what: '这不是所存内容的主密钥。', next: NEVER_HERE },
  ERR_VAULT_FILE: { what: '主密钥或 PIN 的文件无法使用。', next: NEVER_HERE },
  ERR_VAULT_DAMAGED: { what: '一项存储的秘密被改动、移动或损坏。', next: NEVER_HERE },
  ERR_HSM_MODULE: { what: 'PKCS#11 令牌的程序库无法使用。', next: NEVER_HERE },
  ERR_HSM_ABSENT: { what: '找不到 PKCS#11 令牌。', next: NEVER_HERE },
  ERR_HSM_PIN: { what: 'PKCS#11 令牌不接受该 PIN。', next: NEVER_HERE },
  ERR_HSM_LOCKED: { what: 'PKCS#11 令牌的 PIN 已锁定。', next: NEVER_HERE },
  ERR_HSM_MECHANISM: { what: 'PKCS#11 令牌不支持 AES-256-GCM。', next: NEVER_HERE },
  ERR_HSM_FAILED: { what: 'PKCS#11 令牌出错。', next: NEVER_HERE },
  ERR_PROFILE: {
    what: '本浏览器为 hufu 保存的内容无法使用。',
    next: '无痕窗口和严格的设置会禁止存储：请换一个窗口。用配对码会话则不受影响。',
  },
  ERR_INTERRUPTED: { what: '已停止。', next: '不需要再做什么。' },

  ERR_API_REQUEST: {
    what: '向服务器发出的请求格式不符。',
    next: '请重新加载页面：页面与服务器的版本可能不同。',
  },
  ERR_CROSS_SITE: {
    what: '该请求来自其他站点的页面。',
    next: '请在服务器自己的地址上打开控制台。',
  },
  ERR_INSECURE: {
    what: '通行口令会以明文传输，他人可能读到。',
    next: '请用 https 打开此页面。',
  },
  ERR_SIGNED_OUT: {
    what: '您尚未登录，或登录已失效。',
    next: '请重新登录。',
  },
  ERR_FORBIDDEN: {
    what: '您的角色无权执行此操作。',
    next: '请让操作员调整您的角色。',
  },
  ERR_LOGIN_REFUSED: {
    what: '名称或通行口令有误。',
    next: '请重试，或让操作员为您重设通行口令。',
  },
  ERR_LOGIN_THROTTLED: {
    what: '登录尝试次数过多。',
    next: '请等待几分钟，最长一小时。',
  },
  ERR_SETUP_CODE: {
    what: '设置码有误、已被使用或已过期。',
    next: '请索取新的设置码，或在服务器上运行 hufu admin setup 生成。',
  },
  ERR_OPERATOR_NAME: {
    what: '此名称不能用作账户名。',
    next: '请使用 1 到 64 个字符：a–z、0–9，中间可有 - _ .。',
  },
  ERR_OPERATOR_PASSPHRASE: {
    what: '通行口令过短、过长或含有无法输入的字符。',
    next: '请至少使用 15 个字符，例如四五个互不相关的词。',
  },
  ERR_OPERATOR_EXISTS: {
    what: '已有同名账户。',
    next: '请换一个名称。',
  },
  ERR_OPERATOR_UNKNOWN: {
    what: '没有此名称的账户。',
    next: '它可能已被删除：请刷新列表。',
  },
  ERR_OPERATOR_LAST: {
    what: '这是最后一个操作员。',
    next: '请先将另一个账户设为操作员。',
  },
  ERR_TOKEN_UNKNOWN: {
    what: '没有这个令牌。',
    next: '它可能已被撤销：请刷新列表。',
  },
  ERR_TOKEN_LIMIT: {
    what: '令牌过多。',
    next: '请撤销不再使用的令牌。',
  },
}
