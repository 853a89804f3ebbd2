import { createServer } from "node:http";
import { listNames } from "@acme/core";

const port = Number(process.env.PORT ?? 8080);
createServer((request, response) => {
  const names = new URL(request.url ?? "/", "http://localhost").searchParams.getAll("name");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ greeting: `Hello ${listNames(names)}` }));
}).listen(port, () => console.log(`api listens on ${port}`));
