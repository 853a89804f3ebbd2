import { afterAll } from "vitest";
import { runCleanUp } from "./cleanup.ts";

// Vitest ends its workers in ways that run no exit handlers.
afterAll(runCleanUp);
