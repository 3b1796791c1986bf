/** Addresses that lie in this workspace: messages, files and canvases open in the page, everything else beside it. */

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** `{channel, ts, root}` for a message, `{file, canvas}` for a file, null for any other address. */
export function ownPlace(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || url.port !== location.port || !LOOPBACK.includes(url.hostname)) return null;
  const message = /\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})/.exec(url.pathname);
  if (message)
    return {
      channel: message[1],
      ts: `${message[2]}.${message[3]}`,
      root: url.searchParams.get("thread_ts"),
    };
  const file = /\/(docs|files)\/[A-Z0-9]+\/(F[A-Z0-9]+)/.exec(url.pathname);
  return file ? { file: file[2], canvas: file[1] === "docs" } : null;
}

/** Follows an address that a button or menu carries. */
export function visit(address, store) {
  const place = ownPlace(address);
  if (place) store.emit("visit", place);
  else window.open(address, "_blank", "noopener");
}
