/** Loads the page again when the server says that something changed, and puts the parts that differ in place. Without it the pages work all the same. */
const page = document.querySelector('main[data-live]');

/** What somebody is using stays as it is. */
function inUse(part) {
  const selection = getSelection();
  const selected = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  return selected || (part.contains(document.activeElement) && document.activeElement !== document.body);
}

function replace(part, fresh) {
  if (part.isEqualNode(fresh) || inUse(part)) return;
  for (const open of part.querySelectorAll('details[open][id]')) {
    const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = true;
  }
  if (!part.isEqualNode(fresh)) part.replaceWith(fresh);
}

async function load() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  // The session is over: the page itself leads to the log-in.
  if (response.redirected || response.status === 401) return location.reload();
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  document.title = fresh.title;
  for (const part of document.querySelectorAll('[data-part]')) {
    const other = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (other) replace(part, document.adoptNode(other));
  }
}

let loading = null;
let again = false;
async function refresh() {
  if (loading) {
    again = true;
    return;
  }
  loading = load().catch(() => {});
  await loading;
  loading = null;
  if (again) {
    again = false;
    void refresh();
  }
}

if (page && 'EventSource' in window) {
  let source = null;
  const listen = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource('/live');
      source.addEventListener('change', () => void refresh());
      source.addEventListener('open', () => (document.documentElement.dataset.live = 'on'));
    }
  };
  document.addEventListener('visibilitychange', () => {
    listen();
    if (!document.hidden) void refresh();
  });
  listen();
}
