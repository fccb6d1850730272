// Listens, as long as somebody looks, whether something was recorded that this page may show. Then it turns by itself, or
// says so where somebody is in the middle of something.

const SETTLE = 2000, LEAST = 5000; // milliseconds: what comes together is one turn; between two turns
let source, timer;
let since = 0, touched = false; // of the page that is shown

const view = () => document.getElementById("view");
const at = (name) => document.getElementById(name);

/** Somebody has begun something here that a turn of the page would undo. */
export function touch() {
  touched = true;
}

/** Typed, opened, marked or looked for: then nothing may move. */
export function busy() {
  const { activeElement } = document;
  const held = activeElement && activeElement !== document.body && activeElement.id !== "main";
  return touched || held || !getSelection().isCollapsed || document.querySelector("dialog[open], :popover-open, .canvas, [data-again]") !== null;
}

/** With every page that is put in place: pages of a past moment, and those that answer a form, stay as they are. */
export function listen(turn) {
  clearTimeout(timer);
  timer = undefined;
  touched = false;
  since = Date.now();
  follow(turn);
}

/** A page that nobody looks at holds no connection; browsers have few. */
export function follow(turn) {
  const wanted = Boolean(view().dataset.until) && !document.hidden && "EventSource" in window;
  if (!wanted) source?.close(), (source = undefined);
  if (!wanted || source) return;
  source = new EventSource("/live");
  source.onmessage = ({ data }) => hear(JSON.parse(data), turn);
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) source = undefined; // the session has ended
  };
}

function hear(told, turn) {
  const has = JSON.parse(view().dataset.until ?? "{}"), late = at("late");
  if (late) late.hidden = !told.late;
  const isNewer = Object.entries(told.at).some(([service, recorded]) => recorded > has[service]);
  if (isNewer && !timer) timer = setTimeout(show, Math.max(SETTLE, since + LEAST - Date.now()), turn);
}

function show(turn) {
  timer = undefined;
  if (!busy()) return turn();
  const note = at("newer");
  if (!note?.hidden) return;
  note.hidden = false;
  at("told").textContent = note.querySelector("strong").textContent;
}

document.addEventListener("input", touch);
document.addEventListener("click", ({ target }) => {
  if (target.closest("summary, [data-zoom]")) touch();
});
