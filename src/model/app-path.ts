/**
 * The path of an app's file in its repository.
 * @param app the slug root, as in a report: `.` for the top
 * @param file relative to the slug root
 */
export function pathInRepository(app: string, file: string): string {
  return app === "." ? file : `${app}/${file}`;
}
