import { createServer } from "node:http";
import { listNames } from "@acme/core";

const port = Number(process.env.PORT ?? 8081);
const page = `<!doctype html><title>acme</title><h1>By ${listNames(["Ada", "Grace", "Edsger"])}</h1>`;
createServer((_, response) => {
  response.setHeader("content-type", "text/html");
  response.end(page);
}).listen(port, () => console.log(`web listens on ${port}`));
