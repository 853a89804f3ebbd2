import { aroundAll } from "vitest";
import { runCleanUp } from "./cleanup.ts";

// Vitest ends its workers in ways that run no exit handlers. Around all, so that fixtures end what they started first.
aroundAll(async (runFile) => {
  try {
    await runFile();
  } finally {
    runCleanUp();
  }
});
