/** Every office page: htmx, confirmations, printing, photos. Pages work without it; it makes them quicker. */
import "htmx.org";
import "./office.css";
import "./print.css";
import { askBeforeSending } from "./confirm";
import { keepDrafts } from "./draft";
import { followPhotos } from "./photos";
import { sendOnce } from "./sending";
import { leaveNothingOpen } from "./signout";

askBeforeSending();
leaveNothingOpen();
sendOnce(); // after the question: a form that waits for an answer is not being sent yet
followPhotos();
keepDrafts();

// On a narrow screen what is looked up only now and then begins folded.
if (matchMedia("(max-width: 40rem)").matches) {
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details[data-fold]")) part.open = false;
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-print]")) window.print();
  // A menu that is open closes when something else is tapped.
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) menu.open = false;
});

// A filter that is changed applies at once; its button stays for keyboards and for pages without scripts.
document.addEventListener("change", (event) => {
  const field = event.target as HTMLElement;
  const tick = field instanceof HTMLInputElement && field.type === "checkbox" && field.name !== "";
  if (field instanceof HTMLSelectElement || tick) field.closest<HTMLFormElement>("form[data-apply]")?.requestSubmit();
});

// After an action that failed, the reader starts at the error: also where the form came back in place.
const startAtError = () => document.querySelector<HTMLElement>(".error-summary")?.focus();
startAtError();
document.addEventListener("htmx:after:swap", startAtError);
