import type { Site } from "./site.ts";

/** Declares a test that needs the site. */
export type Journey = (title: string, body: (site: Site) => Promise<void>) => void;
