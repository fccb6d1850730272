// What is typed and not saved yet, kept in this tab until the form was accepted, or for a day; by who types, the address of
// the form and which of its forms it is. What proves where a form comes from, and that it is sent once, is never kept.

import { touch } from "./live.js";

const DAY = 86_400_000, PREFIX = "draft ", SENT = "sent";
const OWN = ["form", "once"], SEEN = ["version", "seen"]; // fields of one page alone; that say what it was made from
let reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
const view = () => document.getElementById("view");
/** A form that asks has in the address of its page what it asked before. */
const about = (form) => form.getAttribute("action") + (form.method === "get" ? location.search : "");
const kept = (form) => `${PREFIX}${view().dataset.who} ${about(form)} ${form.dataset.draft}`;
const drafted = () => document.querySelectorAll("form[data-draft]");
const fields = (form) => [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");
const typed = (form) => [...form.elements].filter(isTyped).map(({ name }) => name);
const seen = (given) => given.find(([name]) => SEEN.includes(name))?.[1];
/** It answers a form, so that what was typed is what it was given. */
const isAnswer = () => !view().dataset.until;

function isTyped(field) {
  if (field.type === "hidden" || !field.name) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.value !== ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value;
  return field.defaultValue !== undefined && field.value !== field.defaultValue;
}

function keep(form) {
  const names = [...new Set([...((isAnswer() && found(form)?.typed) || []), ...typed(form)])];
  if (!names.length && !(isAnswer() && "redraw" in form.dataset)) return sessionStorage.removeItem(kept(form));
  try {
    sessionStorage.setItem(kept(form), JSON.stringify({ at: Date.now(), typed: names, fields: fields(form) }));
  } catch {
    // no room: it goes on without
  }
}

function found(form) {
  const text = sessionStorage.getItem(kept(form)), draft = text && JSON.parse(text);
  if (draft?.typed && Date.now() - draft.at < DAY) return draft;
  sessionStorage.removeItem(kept(form));
  return null;
}

/** Puts back what was typed, with every page that is put in place. A form whose rows can be added is drawn anew by the
 * server, as for any of its buttons: with the version that was read then, so that what others saved is merged. Of any other
 * form only what was typed is put back, over what is there now. */
export async function recall(redraw) {
  const sent = sessionStorage.getItem(SENT), again = reloaded;
  reloaded = false;
  sessionStorage.removeItem(SENT);
  if (sent && new URLSearchParams(location.search).has("said")) sessionStorage.removeItem(sent);
  for (const form of drafted()) {
    if (isAnswer() && !again) {
      if (kept(form) === sent) keep(form);
      continue;
    }
    const draft = found(form);
    if (!draft) continue;
    const then = seen(draft.fields), now = seen([...new FormData(form)]);
    if (!("redraw" in form.dataset)) fill(form, draft);
    else if (!(await redraw(form, [["form", form.elements.form.value], ["act", "draft"], ...draft.fields]))) continue;
    touch();
    tell(now !== undefined && then !== undefined && now !== then);
  }
}

function fill(form, draft) {
  const values = new Map();
  for (const [name, value] of draft.fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    const own = values.get(field.name) ?? [], isTick = ["checkbox", "radio"].includes(field.type);
    const value = isTick || !field.name ? undefined : own.shift(); // of several that are called alike, each has its own
    if (!draft.typed.includes(field.name) || field.type === "hidden") continue;
    if (isTick) field.checked = own.includes(field.value);
    else if (value !== undefined) field.value = value;
  }
  if (form.closest("details")) form.closest("details").open = true;
}

function tell(isOlder) {
  document.getElementById("again").hidden = false;
  document.getElementById("older").hidden = !isOlder;
  document.getElementById("told").textContent = document.querySelector("#again strong").textContent;
}

/** What is typed on this page is not wanted any more. */
export function drop() {
  for (const form of drafted()) sessionStorage.removeItem(kept(form));
}

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-draft]")) keep(target.form);
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[action='/signout']")) for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  if (!target.matches("[data-draft]")) return;
  if (target.method === "get") return sessionStorage.removeItem(kept(target));
  keep(target);
  sessionStorage.setItem(SENT, kept(target));
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("form[data-draft] a[data-drop]")) drop();
});
