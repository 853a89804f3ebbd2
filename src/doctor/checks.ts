import type { Check } from "./check.ts";
import { builder } from "./checks/builder.ts";
import { certificates } from "./checks/certificates.ts";
import { collection } from "./checks/collection.ts";
import { committed } from "./checks/committed.ts";
import { contexts } from "./checks/contexts.ts";
import { credentials } from "./checks/credentials.ts";
import { definition } from "./checks/definition.ts";
import { endpoint } from "./checks/endpoint.ts";
import { engine } from "./checks/engine.ts";
import { gates } from "./checks/gates.ts";
import { helper } from "./checks/helper.ts";
import { links } from "./checks/links.ts";
import { lifecycle } from "./checks/lifecycle.ts";
import { dockerfiles } from "./checks/lint.ts";
import { pods } from "./checks/pods.ts";
import { policy } from "./checks/policy.ts";
import { proxies } from "./checks/proxies.ts";
import { reach } from "./checks/reach.ts";
import { store } from "./checks/store.ts";
import { tools } from "./checks/tools.ts";

/** In the order in which they are shown: what others rest on comes first. */
export const checks: readonly Check[] = [
  tools,
  definition,
  policy,
  builder,
  engine,
  pods,
  gates,
  helper,
  collection,
  proxies,
  certificates,
  credentials,
  endpoint,
  store,
  lifecycle,
  reach,
  contexts,
  links,
  committed,
  dockerfiles,
];
