/** Solves a challenge off the page's thread. */

import { solveChallenge } from "altcha-lib/v1";

import { type Challenge } from "../strangers";

const post = self as unknown as { postMessage(number: number): void };

self.addEventListener("message", (event: MessageEvent<Challenge>) => {
  const { challenge, salt, algorithm, maxnumber } = event.data;
  void solveChallenge(challenge, salt, algorithm, maxnumber).promise.then((solution) => {
    post.postMessage(solution?.number ?? -1);
  });
});
