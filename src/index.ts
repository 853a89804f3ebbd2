export { BkcacheError, type Diagnostic, type Span } from "./diagnostics/error.ts";
