// Fetches the browser of the tests before they begin, beside other work.
import { canRunChromium, unpackChromium } from "../support/chromium.ts";

if (canRunChromium) unpackChromium();
