import { resolve } from "node:path";

/** What `asya up` and `asya start` run where no folder is named. */
export const QUICKSTART = resolve(import.meta.dirname, "../examples/quickstart");

export const QUICKSTART_ROUTE = ["split-pages", "read-page", "caption-image", "store-result"];

/** A document of three pages, one of which needs a second attempt. */
export const READABLE_DOCUMENT = {
  document: "field-notes",
  pages: [
    "Two herons stood by the lake at dawn. [picture: two herons in the mist]",
    "blurred by rain: the ink has run, but the words are there.",
    "We came home late. [picture: a sunset over the lake and the whole of the valley]",
  ],
};

/** A page that fails every attempt. */
export const UNREADABLE_DOCUMENT = { document: "burnt-letter", pages: ["unreadable"] };
