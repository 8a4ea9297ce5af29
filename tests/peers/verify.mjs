// Judges tokens with jose: one JSON object a line in, `true` or `false` a line out.
import { createInterface } from "node:readline";
import { compactVerify, importJWK } from "jose";

for await (const line of createInterface({ input: process.stdin })) {
  const { alg, jwk, token } = JSON.parse(line);
  try {
    await compactVerify(token, await importJWK(jwk, alg), { algorithms: [alg] });
    console.log("true");
  } catch {
    console.log("false");
  }
}
