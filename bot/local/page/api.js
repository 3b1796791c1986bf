/** The page's endpoints as functions. Each answers the parsed JSON or throws an Error whose message is one sentence. */

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The local workspace does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new Error(
      body.error || `The local workspace answered ${response.status} to ${path.split("?")[0]}.`,
    );
  return body;
}

function get(path, query) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return call(`${path}?${new URLSearchParams(known)}`);
}

function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const api = {
  state: (user) => get("/local/state", { user }),
  messages: (user, channel) => get("/local/messages", { user, channel }),
  replies: (user, channel, ts) => get("/local/replies", { user, channel, ts }),
  home: (user) => get("/local/home", { user }),
  traffic: (after) => get("/local/traffic", { after }),
  canvas: (id) => call(`/local/canvases/${encodeURIComponent(id)}`),
  send: (body) => post("/local/message", body),
  react: (body) => post("/local/reaction", body),
  edit: (body) => post("/local/edit", body),
  remove: (body) => post("/local/delete", body),
  action: (body) => post("/local/action", body),
  submit: (body) => post("/local/submit", body),
  close: (body) => post("/local/close", body),
  visit: (body) => post("/local/home", body),
  command: (body) => post("/local/command", body),
  shortcut: (body) => post("/local/shortcut", body),
  stop: (body) => post("/local/stop", body),
  join: (body) => post("/local/join", body),
  rename: (body) => post("/local/rename", body),
  upload,
};

function upload(user, channel, file) {
  const form = new FormData();
  form.append("user", user);
  form.append("channel", channel);
  form.append("file", file, file.name);
  return call("/local/upload", { method: "POST", body: form });
}

/** A file's words, for previews; at most `limit` characters. */
export async function fileText(address, limit = 200_000) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The file could not be read (${response.status}).`);
  return (await response.text()).slice(0, limit);
}
