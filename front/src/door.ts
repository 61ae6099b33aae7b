/**
 * The household's pages where there is no signal. They go on without this script; with it, and where a browser keeps what it
 * is given, the door's own page stays on the phone, and what is reported there waits in the outbox until it has arrived.
 */
import { able, begin as beginVisit, home, sendAll } from "./door/outbox";
import { openKept } from "./door/page";
import { part, put, words } from "./offline/page";

const EVERY = 30_000;

function keepPage(): void {
  if (document.querySelector("[data-part=outbox], [data-part=kit]") === null || !document.querySelector("link[rel=manifest]")) return;
  navigator.serviceWorker.register(`${home}worker.js`, { scope: home }).then(() => navigator.serviceWorker.ready).then(() => {
    if (part(document, "ready")) put(document, "ready", words("ready"));
  }, () => undefined);
}

const kit = document.querySelector<HTMLElement>("[data-kit]")?.dataset["kit"];
if (kit) openKept(kit); // where nothing can be kept it says so
if (able) {
  if (!kit) beginVisit(document.querySelector<HTMLElement>("[data-visit]")?.dataset["visit"]);
  const begin = () => {
    keepPage();
    void sendAll().catch(() => undefined);
  };
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin);
  window.addEventListener("online", () => {
    void sendAll();
    window.setTimeout(() => void sendAll(), 2_000); // a try from before may still have been failing
  });
  window.setInterval(() => void sendAll(), EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void sendAll());
}
