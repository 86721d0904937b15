/** Names the tracked files on disk where a revision is expected. */
export const WORKTREE = "worktree";

/**
 * Full names of the refs that a short name may mean at a remote, best first: git's own order (gitrevisions), but
 * `origin/main` means the remote's branch `main`. Empty if it can't be the name of a ref (`HEAD~2`, `v1^{}`).
 */
export function remoteNames(ref: string, remote: string): string[] {
  // git-check-ref-format; `*` and `[` would be patterns for ls-remote.
  if (/[\s~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$/.test(ref)) return [];
  const tracking = [`refs/remotes/${remote}/`, `remotes/${remote}/`, `${remote}/`].find((start) =>
    ref.startsWith(start),
  );
  const branch = tracking === undefined ? [] : [`refs/heads/${ref.slice(tracking.length)}`];
  const verbatim = ref.startsWith("refs/") ? [ref] : [`refs/tags/${ref}`, `refs/heads/${ref}`];
  return [...branch, ...verbatim];
}
