import { MIB } from "../../model/bytes.js";
import { extension, OBJECT_STORAGE, type FileRule, type Found } from "./rule.js";

/** Of tables, databases and archives a small one is configuration or seed data. Bytes on disk. */
const SMALLEST = MIB;
/** Formats that mostly hold something else. */
const SMALLEST_TEXT = 5 * MIB;

const FORMATS = new Set([
  ...[
    "csv",
    "tsv",
    "parquet",
    "feather",
    "arrow",
    "avro",
    "orc",
    "jsonl",
    "ndjson",
    "geojson",
    "xlsx",
    "xls",
    "dta",
    "sav",
  ],
  ...[
    "sqlite",
    "sqlite3",
    "db",
    "duckdb",
    "mdb",
    "dump",
    "sql",
    "rdb",
    "h5",
    "hdf5",
    "nc",
    "mat",
    "tfrecord",
    "tfrecords",
    "lmdb",
  ],
  ...["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar"],
]);
const TEXTS = new Set(["json", "txt", "xml"]);

const MEDIA = new Set([
  ...["mp4", "mov", "avi", "mkv", "webm", "wav", "mp3", "flac", "ogg", "m4a", "aac"],
  ...["png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "svg", "ico", "pdf"],
  ...["ttf", "otf", "woff", "woff2", "eot"],
]);

const several = ({ count, weight }: Found): string => (weight.files === 1 ? "" : `${count}. `);

/** Data and media that something of the app may well open: they move, and are not hidden. */
export const DATA: readonly FileRule[] = [
  {
    id: "data",
    level: "advice",
    match: {
      by: "file",
      takes: ({ path, disk }) =>
        (FORMATS.has(extension(path)) && disk >= SMALLEST) || (TEXTS.has(extension(path)) && disk >= SMALLEST_TEXT),
    },
    group: "top",
    least: null,
    ignore: "never",
    title: ({ name }) => `Move the data in ${name} out of the slug`,
    detail: (found) =>
      `${several(found)}What the app queries belongs in Postgres, what it reads as a whole in object storage. What nothing opens at run time can go into \`.slugignore\`.`,
    sources: [OBJECT_STORAGE],
  },
  {
    id: "media",
    level: "advice",
    match: { by: "file", takes: ({ path }) => MEDIA.has(extension(path)) },
    group: "top",
    // A logo, an icon and a font are no misuse.
    least: MIB,
    ignore: "never",
    title: ({ name }) => `Serve the media in ${name} from object storage or a CDN`,
    detail: (found) =>
      `${several(found)}Every dyno carries them, and they hardly compress. What has to stay can often be smaller: WebP or AVIF instead of PNG, WOFF2 instead of TTF.`,
    sources: ["https://devcenter.heroku.com/articles/s3"],
  },
];
