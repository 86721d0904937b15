import { NO_CHANGE, type Rule } from "../../model/advice.js";
import { companions, isLoose } from "../replace.js";

/** Descriptions of every API of Google's. */
export const googleApiClient: Rule = {
  family: "Google's API client",
  propose: (facts) => {
    const { distributions } = facts;
    const found = distributions.get("google-api-python-client");
    if (found === undefined || !isLoose(found)) return [];
    const brought = companions([found.name], /^(?:httplib2|uritemplate|google-auth-httplib2)$/, facts);
    const isDirect = (name: string): boolean => (distributions.get(name)?.places.length ?? 0) > 0;
    const comes = ["google-auth", "requests"].filter((name) => !isDirect(name));
    return [
      {
        id: "google-auth",
        subject: found.name,
        title: "Call Google's APIs without `google-api-python-client`",
        detail:
          "Nearly all of it are descriptions of every API that Google has. `AuthorizedSession` of `google-auth` sends the same requests to one of them, and many have a client of their own (`google-cloud-storage`). Each call that is built with `googleapiclient` has to be written anew.",
        sources: [
          "https://googleapis.dev/python/google-auth/latest/reference/google.auth.transport.requests.html",
          "https://github.com/googleapis/google-api-python-client/issues/1967",
        ],
        change: { ...NO_CHANGE, without: [found.name, ...brought], with: comes },
      },
    ];
  },
};
