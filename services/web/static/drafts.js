// What is typed and not saved yet, kept in this tab until the form was accepted, or for a day; by who types, the address of
// the form and which of its forms it is. What proves where a form comes from is never kept.

import { touch } from "./live.js";

const DAY = 86_400_000, PREFIX = "draft ", SENT = "sent";
const view = () => document.getElementById("view");
const kept = (form) => `${PREFIX}${view().dataset.who} ${form.getAttribute("action")} ${form.dataset.draft}`;
const drafted = () => document.querySelectorAll("form[data-draft]");
const fields = (form) => [...new FormData(form)].filter(([name, value]) => name !== "form" && typeof value === "string");
/** It answers a form, so that what was typed is what it was given. */
const isAnswer = () => !view().dataset.until;

function isTyped(field) {
  if (field.type === "hidden" || !field.name) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.value !== ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value;
  return field.defaultValue !== undefined && field.value !== field.defaultValue;
}

function keep(form) {
  if (!isAnswer() && ![...form.elements].some(isTyped)) return sessionStorage.removeItem(kept(form));
  try {
    sessionStorage.setItem(kept(form), JSON.stringify({ at: Date.now(), fields: fields(form) }));
  } catch {
    // no room: it goes on without
  }
}

function found(form) {
  const text = sessionStorage.getItem(kept(form)), draft = text && JSON.parse(text);
  if (draft && Date.now() - draft.at < DAY) return draft;
  sessionStorage.removeItem(kept(form));
  return null;
}

/** Puts back what was typed, with every page that is put in place. A form whose rows can be added is drawn anew by the
 * server, as for any of its buttons: with the version that was read then, so that what others saved is merged. */
export async function recall(redraw) {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sent && new URLSearchParams(location.search).has("said")) sessionStorage.removeItem(sent);
  for (const form of drafted()) {
    if (isAnswer()) {
      if (kept(form) === sent) keep(form);
      continue;
    }
    const draft = found(form);
    if (!draft) continue;
    const version = draft.fields.find(([name]) => name === "version")?.[1], now = form.elements.version?.value;
    if (!("redraw" in form.dataset)) fill(form, draft.fields);
    else if (!(await redraw(form, [["form", form.elements.form.value], ["act", "draft"], ...draft.fields]))) continue;
    touch();
    tell(now && version && now !== version);
  }
}

function fill(form, given) {
  for (const field of form.elements) {
    if (!field.name || field.name === "form" || ["hidden", "submit", "fieldset"].includes(field.type)) continue;
    const own = given.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = own.includes(field.value);
    else if (own.length) field.value = own[0];
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
  keep(target);
  sessionStorage.setItem(SENT, kept(target));
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("form[data-draft] a[data-drop]")) drop();
});
