/** In the words of uv, pip and git. */
const REFUSED =
  /\b40[137]\b.{0,60}(unauthorized|forbidden|proxy)|authentication (failed|required)|could not read (username|password)|missing credentials|permission denied \(publickey|credentials not correct/i;

/** Did a tool in the sandbox fail for want of credentials, which nothing in there is given? */
export function wantedCredentials(output: string): boolean {
  // uv breaks its lines where a terminal would.
  return REFUSED.test(output.replace(/[\s│├╰─▶×]+/g, " "));
}

/** What can be done about it. */
export const PUBLISH_A_WHEEL =
  "Publish a wheel of it, which is installed with the credentials of its index; builds get none.";
