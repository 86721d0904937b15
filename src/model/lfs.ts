/** How a report names Git LFS pointers: one of them at a time, so that it is said once. */
export const LFS = {
  /** The id of the advice about them, which says all of it. */
  advice: "git-lfs",
  /** How they start among what was not weighed, where no advice is given. */
  notWeighed: "Git LFS: ",
} as const;
