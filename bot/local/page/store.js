/**
 * What the page knows: people, channels, messages, sessions. Socket events go in through `apply`,
 * the drawing parts listen by topic and read what they need.
 */

export const threadKey = (channel, ts) => `${channel}:${ts}`;

/** True for a message that belongs in a thread only. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** The name people see. */
export const nameOf = (user) => (user ? user.real_name || user.name : undefined);

const isBroadcast = (message) => message.subtype === "thread_broadcast" || message.reply_broadcast === true;

export class Store {
  constructor() {
    this.topics = new Map();
    this.expanded = new Set(); // "channel:ts:task" of task cards a person opened; survives redraws
    this.reset();
  }

  reset() {
    Object.assign(this, {
      team: {},
      me: null,
      bot: {},
      commands: [],
      shortcuts: [],
      prompts: [],
      botConnected: null,
    });
    for (const name of ["users", "channels", "messages", "threads", "unread", "sessions", "statuses"])
      this[name] = new Map();
    this.loads = new Set();
  }

  on(topic, listener) {
    if (!this.topics.has(topic)) this.topics.set(topic, []);
    this.topics.get(topic).push(listener);
  }

  emit(topic, detail) {
    for (const listener of this.topics.get(topic) ?? []) listener(detail);
  }

  load(state) {
    Object.assign(this, { team: state.team, me: state.me, bot: state.bot, commands: state.commands ?? [] });
    Object.assign(this, { shortcuts: state.shortcuts ?? [], prompts: state.suggested_prompts ?? [] });
    if (typeof state.bot.connected === "boolean") this.botConnected = state.bot.connected;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
    for (const session of state.sessions ?? [])
      this.sessions.set(threadKey(session.channel, session.thread_ts), session);
    for (const status of state.statuses ?? [])
      this.statuses.set(threadKey(status.channel, status.thread_ts), status.text);
    this.emit("state");
  }

  people() {
    return [...this.users.values()].filter((user) => !user.is_bot && !user.deleted);
  }

  botChannel() {
    return [...this.channels.values()].find((channel) => this.isWithBot(channel));
  }

  isWithBot(channel) {
    return Boolean(channel?.is_im) && this.partner(channel)?.id === this.bot.user_id;
  }

  /** The other one in a direct message: `im_user` names one side of it, the viewer is one side too. */
  partner(channel) {
    return this.users.get(channel.im_user === this.me ? this.bot.user_id : channel.im_user);
  }

  channelTitle(channel) {
    if (!channel.is_im) return channel.name;
    return nameOf(this.partner(channel)) ?? channel.name;
  }

  userName(id) {
    return nameOf(this.users.get(id));
  }

  /** Loads a channel's messages; `fetched` is the promise of them. */
  loadMessages(channel, fetched) {
    return this.loadList(this.messages, channel, channel, fetched);
  }

  loadReplies(channel, root, fetched) {
    return this.loadList(this.threads, threadKey(channel, root), channel, fetched);
  }

  /** What came over the line while the answer was on its way is newer than the answer. */
  async loadList(lists, key, channel, fetched) {
    const load = { channel, events: [] };
    this.loads.add(load);
    try {
      const { messages } = await fetched;
      lists.set(key, new Map(messages.map((message) => [message.ts, message])));
      for (const event of load.events) keep(this, event);
    } finally {
      this.loads.delete(load);
    }
  }

  /** A file that some loaded message carries. */
  file(id) {
    const lists = [...this.messages.values(), ...this.threads.values()];
    return lists
      .flatMap((list) => [...list.values()])
      .flatMap((message) => message.files ?? [])
      .find((file) => file.id === id);
  }

  /** Where a message is kept: the channel's list, the thread's list, or both. */
  listsOf(channel, message) {
    const lists = [];
    if (!isReply(message) || isBroadcast(message)) lists.push(this.messages.get(channel));
    lists.push(this.threads.get(threadKey(channel, message.thread_ts ?? message.ts)));
    return lists.filter(Boolean);
  }

  /** Every list that is loaded for a channel. */
  listsIn(channel) {
    const threads = [...this.threads]
      .filter(([key]) => key.startsWith(`${channel}:`))
      .map(([, list]) => list);
    return [this.messages.get(channel), ...threads].filter(Boolean);
  }

  apply(event) {
    for (const load of this.loads) if (event.channel === load.channel) load.events.push(event);
    const handler = HANDLERS[event.type];
    if (handler) handler(this, event);
  }
}

/** Puts what an event says into the lists; for messages that come, change or go. */
function keep(store, { type, channel, message, ts }) {
  if (type === "message" || type === "ephemeral")
    for (const list of store.listsOf(channel, message)) list.set(message.ts, message);
  if (type === "changed")
    for (const list of store.listsOf(channel, message))
      if (list.has(message.ts)) list.set(message.ts, message);
  if (type === "deleted") for (const list of store.listsIn(channel)) list.delete(ts);
}

const HANDLERS = {
  message: (store, event) => arrive(store, event),
  ephemeral: (store, event) => arrive(store, { ...event, message: { ...event.message, ephemeral: true } }),
  changed(store, event) {
    keep(store, event);
    store.emit("changed", event);
  },
  deleted(store, event) {
    keep(store, event);
    store.emit("deleted", event);
  },
  session(store, event) {
    store.sessions.set(threadKey(event.channel, event.thread_ts), event);
    store.emit("session", event);
  },
  status(store, event) {
    store.statuses.set(threadKey(event.channel, event.thread_ts), event.text);
    store.emit("session", event);
  },
  bot(store, event) {
    store.botConnected = event.connected;
    store.emit("bot", event);
  },
  channel(store, { channel }) {
    store.channels.set(channel.id, channel);
    store.emit("channels");
  },
  view: (store, event) => store.emit("view", event),
  home: (store, event) => store.emit("home", event),
  traffic: (store, event) => store.emit("traffic", event.entry),
};

function arrive(store, event) {
  const { channel, message } = event;
  keep(store, event);
  if (isReply(message)) countReply(store, channel, message);
  if (message.user !== store.me) store.unread.set(channel, (store.unread.get(channel) ?? 0) + 1);
  store.emit("message", { channel, message });
}

/** The root's own "changed" event is the truth; until it comes (or when it came first) the count stays right. */
function countReply(store, channel, reply) {
  const root = store.messages.get(channel)?.get(reply.thread_ts);
  if (!root || reply.ephemeral || (root.latest_reply ?? "") >= reply.ts) return;
  const author = reply.user ?? reply.bot_id;
  const users = [...new Set([...(root.reply_users ?? []), author])];
  const next = {
    ...root,
    reply_count: (root.reply_count ?? 0) + 1,
    reply_users: users,
    latest_reply: reply.ts,
  };
  store.messages.get(channel).set(root.ts, next);
  store.emit("changed", { channel, message: next });
}
