/** The one policy that pages with keys allow: addresses of our own worker, from our own origin. */

interface Policy {
  createScriptURL(address: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const rules: Policy = {
  createScriptURL(address) {
    const url = new URL(address, window.location.origin);
    if (url.origin !== window.location.origin || !url.pathname.startsWith("/static/")) {
      throw new TypeError("a worker from elsewhere");
    }
    return url.href;
  },
};

let policy: Policy | undefined;

/** The address of a worker as the browser wants it under `require-trusted-types-for 'script'`. */
export function workerAddress(address: string): string {
  const factory = (window as { trustedTypes?: Factory }).trustedTypes;
  policy ??= factory?.createPolicy("entente-worker", rules) ?? rules;
  return policy.createScriptURL(address);
}
