import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./src/system/system-error.ts
/**
 * The code of an error that the operating system gave (`ENOENT`, `EACCES`…), else null: then it is a bug, such as an
 * argument that Node refuses.
 */
function systemErrorCode(error) {
    return typeof error === "object" &&
        error !== null &&
        "syscall" in error &&
        "code" in error &&
        typeof error.code === "string"
        ? error.code
        : null;
}

;// CONCATENATED MODULE: ./src/errors.ts
/**
 * Something a user did, or can mend: shown as one line and one hint, never as a stack trace.
 * Every other error that reaches a composition root is a bug and keeps its stack.
 */
class errors_UserError extends Error {
    hint;
    details;
    name = "UserError";
    /**
     * @param message one line that says what is wrong
     * @param hint one line that says what to do
     * @param details the last lines of the tool that failed, credentials already removed
     */
    constructor(message, hint, details = []) {
        super(message);
        this.hint = hint;
        this.details = details;
    }
}
/** The steps of weighing one side, in their order; the last is for a what-if that asks for it. */
const STEPS = (/* unused pure expression or super */ null && ([
    "revision",
    "configuration",
    "manifest",
    "python",
    "resolve",
    "install",
    "weigh",
    "quantise",
]));
/**
 * A side that can't be weighed. `invalid`: its own files are wrong (two manifests, a lock out of date), which
 * the pull request may be about to mend. `unweighable`: the files may be right, the world did not play along
 * (an index that is down, a distribution without anything usable for the target, a full disk).
 */
class SideError extends errors_UserError {
    state;
    step;
    name = "SideError";
    constructor(state, step, message, hint, details = []) {
        super(message, hint, details);
        this.state = state;
        this.step = step;
    }
}

;// CONCATENATED MODULE: ./src/model/bytes.ts

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const UNITS = { "": 1, K: KIB, M: MIB, G: GIB };
/**
 * Bytes of a size as Heroku writes it: `64K`, `20M`, `1G`, `1000M`, binary units; a bare number is bytes.
 * A fraction (`1.5M`) is rounded to whole bytes.
 * @throws UserError if the text is anything else
 */
function parseSize(text, of) {
    const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
    const unit = UNITS[(match?.[2] ?? "").toUpperCase()];
    const bytes = match && unit !== undefined ? Math.round(Number(match[1]) * unit) : Number.NaN;
    if (!Number.isSafeInteger(bytes)) {
        throw new UserError(`${of} is not a size: "${text}".`, `Write a number with K, M or G, as in "20M".`);
    }
    return bytes;
}
/**
 * Splits the whole number `total` in proportion to `shares` by the largest-remainder method, so that the parts sum to
 * `total` exactly. Ties go to the earlier share. Shares are not negative; where all are zero, the first parts get
 * one unit each until `total` is used up, again and again.
 */
function apportion(total, shares) {
    if (shares.length === 0)
        return [];
    const whole = shares.reduce((a, b) => a + b, 0);
    const even = whole === 0;
    const exact = shares.map((share) => (even ? total / shares.length : (total * share) / whole));
    const parts = exact.map(Math.floor);
    let left = total - parts.reduce((a, b) => a + b, 0);
    const order = exact
        .map((value, index) => ({ remainder: value - Math.floor(value), index }))
        .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
    // Division in floating point can leave one unit more or fewer than there are parts to give it to.
    for (let at = 0; left !== 0; at = (at + 1) % order.length) {
        const index = order[at]?.index ?? 0;
        const step = Math.sign(left);
        parts[index] = (parts[index] ?? 0) + step;
        left -= step;
    }
    return parts;
}

;// CONCATENATED MODULE: ./src/model/target.ts
/** Stacks that still build slugs (Cedar, x86-64). */
const STACKS = (/* unused pure expression or super */ null && (["heroku-22", "heroku-24", "heroku-26"]));
/** `3.12` of `3.12.14`. */
function minorOf(version) {
    return version.split(".").slice(0, 2).join(".");
}
/** Where Heroku's buildpack puts Python, relative to the slug root. */
const PYTHON_HOME = ".heroku/python";
/** The slug root on a dyno. */
const target_SLUG_ROOT = "/app";
/** `site-packages` relative to the slug root, for a minor version such as `3.12`. */
function sitePackages(minor) {
    return `${PYTHON_HOME}/lib/python${minor}/site-packages`;
}
/**
 * Directories that every Python home has. Their tar entries are the runtime's, whoever else fills them: else the first
 * distribution in the alphabet would have them, and weigh some bytes less when another one comes before it.
 */
function homeDirectories(minor) {
    const lib = `${PYTHON_HOME}/lib`;
    return [".heroku", PYTHON_HOME, `${PYTHON_HOME}/bin`, lib, `${lib}/python${minor}`, sitePackages(minor)];
}

;// CONCATENATED MODULE: ./src/weigh/tar.ts

/** Everything in a tar archive is padded to whole blocks of this many bytes. */
const BLOCK = 512;
/** Names and link targets up to this many bytes stand in the header itself. */
const NAME_FIELD = 100;
/**
 * Seconds since 1970 that every entry carries (2026-01-01). A build writes all files of a slug within a minute or two, so
 * that the times cost next to nothing there; one fixed time keeps it so, and the same for every run.
 */
const MTIME = 1_767_225_600;
/**
 * The header blocks of one entry, as GNU tar writes them for `./app/<path>` with `--format=gnu --owner=root --group=root`:
 * long names and link targets come first, in entries of their own.
 * Layout: "Basic Tar Format" and "GNU Extensions" of the GNU tar manual.
 */
function tarHeaders(entry) {
    const name = Buffer.from(`.${target_SLUG_ROOT}/${entry.path}${entry.kind === "directory" ? "/" : ""}`);
    const link = Buffer.from(entry.linkTarget ?? "");
    const blocks = [];
    if (link.length > NAME_FIELD)
        blocks.push(...longEntry("K", link));
    if (name.length > NAME_FIELD)
        blocks.push(...longEntry("L", name));
    blocks.push(header({ name, link, size: entry.size, mtime: MTIME, ...MODE_AND_TYPE[typeOf(entry)] }));
    return blocks.length === 1 && blocks[0] ? blocks[0] : Buffer.concat(blocks);
}
/** Bytes that `tarHeaders` takes. */
function tar_tarHeadersSize({ path, kind, linkTarget }) {
    const name = Buffer.byteLength(`.${SLUG_ROOT}/${path}`) + (kind === "directory" ? 1 : 0);
    return BLOCK + longSize(name) + longSize(Buffer.byteLength(linkTarget ?? ""));
}
function longSize(length) {
    if (length <= NAME_FIELD)
        return 0;
    const size = length + 1; // with its final NUL
    return BLOCK + size + tar_tarPadding(size);
}
/** How many zero bytes follow a content of `size` bytes. */
function tar_tarPadding(size) {
    return (BLOCK - (size % BLOCK)) % BLOCK;
}
const MODE_AND_TYPE = {
    file: { mode: 0o644, type: "0" },
    program: { mode: 0o755, type: "0" },
    directory: { mode: 0o755, type: "5" },
    symlink: { mode: 0o777, type: "2" },
};
function typeOf(entry) {
    return entry.kind === "file" && entry.executable ? "program" : entry.kind;
}
function longEntry(type, text) {
    const size = text.length + 1; // with its final NUL
    const content = Buffer.alloc(size + tar_tarPadding(size));
    text.copy(content);
    const name = Buffer.from("././@LongLink");
    return [header({ name, link: Buffer.alloc(0), mode: 0o644, size, mtime: 0, type }), content];
}
function header(fields) {
    const block = Buffer.alloc(BLOCK);
    fields.name.copy(block, 0, 0, NAME_FIELD);
    octal(block, 100, 8, fields.mode);
    octal(block, 108, 8, 0); // owner
    octal(block, 116, 8, 0); // group
    octal(block, 124, 12, fields.size);
    octal(block, 136, 12, fields.mtime);
    block.fill(" ", 148, 156); // the checksum counts itself as blanks
    block.write(fields.type, 156, "latin1");
    fields.link.copy(block, 157, 0, NAME_FIELD);
    block.write("ustar  \0root", 257, "latin1");
    block.write("root", 297, "latin1");
    let checksum = 0;
    for (const byte of block)
        checksum += byte;
    block.write(`${checksum.toString(8).padStart(6, "0")}\0`, 148, "latin1");
    return block;
}
/** A number in octal digits and a NUL, or where that has no room, in base 256 with the highest bit set. */
function octal(block, at, width, value) {
    const digits = value.toString(8);
    if (digits.length < width) {
        block.write(digits.padStart(width - 1, "0"), at, "latin1");
    }
    else {
        block.writeUInt8(0x80, at);
        block.writeBigUInt64BE(BigInt(value), at + width - 8);
    }
}

;// CONCATENATED MODULE: ./src/weigh/segments.ts


/** How far back deflate looks: what comes before a segment is fed to the compressor up to here. */
const WINDOW = 32 * KIB;
/** Segments are about this long. */
const SEGMENT = MIB;
/** Files of this size and more have segments of their own. Smaller ones would miss what lies before them too much. */
const LARGE = 256 * KIB;
/** A file that is compressed in pieces, each of them serving the layer's sum as well as the file's lone size. */
function isLarge(entry) {
    return entry.size >= LARGE;
}
/**
 * Cuts a layer's stretch (headers, contents, padding of `entries`, in order) into segments that cover it once, in order.
 * Depends on nothing but the entries, so that a weight does not depend on how many threads there are.
 *
 * Cuts lie between entries, and before, within and after the content of a large file. Every segment is primed with the
 * window before it, as pigz does, so that cutting costs next to nothing; only a large file's first piece starts cold,
 * for it is what the file weighs alone too.
 */
function cut(entries) {
    const offsets = [0];
    const contents = [];
    for (const entry of entries) {
        const content = (offsets.at(-1) ?? 0) + tarHeadersSize(entry);
        contents.push(content);
        offsets.push(content + entry.size + tarPadding(entry.size));
    }
    const segments = [];
    let begun = 0; // where the next segment begins, in the layer's stretch
    let before = 0; // index of the entry that its window begins in
    let content = 0; // bytes of content in it
    const finish = (end, cold, upTo, pieceOf = null) => {
        if (end === begun)
            return;
        const from = cold ? begun : Math.max(0, begun - WINDOW);
        while ((offsets[before + 1] ?? Infinity) <= from)
            before++;
        const base = offsets[before] ?? 0;
        segments.push({
            entries: entries.slice(before, upTo + 1),
            first: before,
            start: from - base,
            primed: begun - from,
            end: end - base,
            content,
            pieceOf,
        });
        begun = end;
        content = 0;
    };
    entries.forEach((entry, index) => {
        if (isLarge(entry)) {
            const from = contents[index] ?? 0;
            finish(from, false, index);
            for (let done = 0; done < entry.size; done += SEGMENT) {
                content = Math.min(SEGMENT, entry.size - done);
                finish(from + done + content, done === 0, index, index);
            }
        }
        else {
            content += entry.size;
            const end = offsets[index + 1] ?? 0;
            if (end - begun >= SEGMENT)
                finish(end, false, index);
        }
    });
    finish(offsets.at(-1) ?? 0, false, entries.length - 1);
    return segments;
}

;// CONCATENATED MODULE: ./src/weigh/feeds.ts


const ZEROS = new Uint8Array(512);
/** The parts that a segment consists of. Content is named, not read. */
function feedsOf({ entries, first, start, primed, end, pieceOf }) {
    const feeds = [];
    const empty = [];
    let offset = 0; // in the stretch of the segment's entries
    /** Which of the next `length` bytes of the stretch lie in the segment; null if none do. */
    const within = (length) => {
        const from = Math.max(0, start - offset);
        const to = Math.min(length, end - offset);
        offset += length;
        return from < to ? { from, to } : null;
    };
    const feed = (bytes) => {
        const range = within(bytes.length);
        if (range !== null)
            feeds.push({ bytes: bytes.subarray(range.from, range.to) });
    };
    for (const [index, entry] of entries.entries()) {
        const { path, size, kind } = entry;
        const isWhole = offset >= start + primed; // An entry that is context only has been weighed before.
        feed(tarHeaders(entry));
        const range = within(size);
        const lone = isWhole && !isLarge(entry) ? index : null;
        if (range !== null) {
            feeds.push({ path, size, ...range, lone });
        }
        else if (lone !== null) {
            // An empty file is opened all the same: it may not be empty any more.
            if (kind === "file")
                feeds.push({ path, size, from: 0, to: 0, lone });
            else
                empty.push(lone);
        }
        feed(ZEROS.subarray(0, tar_tarPadding(size)));
    }
    return { feeds, empty, piece: pieceOf === null ? null : pieceOf - first };
}

;// CONCATENATED MODULE: ./src/weigh/compress.ts





/** A file that can't be read, or is no longer what it was when its tree was listed. */
class FileProblem extends Error {
    path;
    problem;
    /**
     * @param path relative to the slug root
     * @param problem a clause that goes after the path: "changed while…"
     */
    constructor(path, problem) {
        super(`${path} ${problem}`);
        this.path = path;
        this.problem = problem;
    }
}
/** Holds what is read at a time: a small file, or a piece of a large one with its window. */
const buffer = new Uint8Array(SEGMENT + WINDOW);
/**
 * Compresses one segment, reading its files under `root`. `compress_segments.py` does the same.
 * @throws FileProblem
 */
function compressSegment(zlib, root, segment) {
    const { feeds, empty, piece } = feedsOf(segment);
    const lone = segment.entries.map(() => 0);
    const counter = zlib.counter();
    let context = segment.primed;
    try {
        for (const feed of feeds) {
            const data = "bytes" in feed ? feed.bytes : readRange(root, feed);
            const head = data.subarray(0, context);
            counter.write(head);
            context -= head.length;
            if (head.length > 0 && context === 0)
                counter.flush(); // What the context came to is no part of this segment.
            counter.write(data.subarray(head.length));
            if ("lone" in feed && feed.lone !== null)
                lone[feed.lone] = loneSize(zlib, data);
        }
        for (const index of empty)
            lone[index] = loneSize(zlib, new Uint8Array());
        const compressed = counter.flush();
        if (piece !== null)
            lone[piece] = compressed;
        return { compressed, lone };
    }
    finally {
        counter.end();
    }
}
/** What deflate makes of `content` by itself, in bytes. */
function loneSize(zlib, content) {
    const counter = zlib.counter();
    counter.write(content);
    return counter.end();
}
/** A range of a file, in a buffer that the next call uses again. */
function readRange(root, { path, size, from, to, }) {
    try {
        // Neither followed nor waited for, should something else be there by now.
        const file = (0,external_node_fs_namespaceObject.openSync)((0,external_node_path_namespaceObject.join)(root, path), external_node_fs_namespaceObject.constants.O_RDONLY | external_node_fs_namespaceObject.constants.O_NOFOLLOW | external_node_fs_namespaceObject.constants.O_NONBLOCK);
        try {
            let length = 0;
            while (length < to - from) {
                const read = (0,external_node_fs_namespaceObject.readSync)(file, buffer, length, to - from - length, from + length);
                if (read === 0)
                    break;
                length += read;
            }
            // Asked afterwards, the size tells of growth as well.
            if (length < to - from || (0,external_node_fs_namespaceObject.fstatSync)(file).size !== size) {
                throw new FileProblem(path, "changed while it was being weighed");
            }
            return buffer.subarray(0, length);
        }
        finally {
            (0,external_node_fs_namespaceObject.closeSync)(file);
        }
    }
    catch (error) {
        const code = systemErrorCode(error);
        if (code === null)
            throw error;
        throw new FileProblem(path, code === "ENOENT" ? "vanished while it was being weighed" : `can't be read: ${code}`);
    }
}

;// CONCATENATED MODULE: external "node:module"
const external_node_module_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:module");
;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");
;// CONCATENATED MODULE: ./src/weigh/zlib.ts





/** What weights depend on besides the files: the compressor and how it is used. Part of every layer's key in the store. */
const COMPRESSOR = "zlib-streams@1.0.4 deflate level 6, segments of 1 MiB, files of 256 KiB apart";
const LEVEL = 6;
const SYNC_FLUSH = 2;
const FINISH = 4;
const NO_FLUSH = 0;
const STREAM_END = 1;
/** Bytes of the buffers through which data passes into and out of the module's memory. */
const BUFFER = 256 * KIB;
/**
 * The zlib of zlib.net at level 6, compiled to WebAssembly: the same bytes on every machine (docs/adr/0002-compressor.md).
 * Node's own zlib is another implementation, up to 2 % larger on binaries.
 */
class Zlib {
    #exports;
    #input;
    #output;
    constructor() {
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module((0,external_node_fs_namespaceObject.readFileSync)(moduleFile())));
        this.#exports = exports; // The package is pinned; its functions are untyped.
        this.#exports._initialize();
        this.#input = this.#exports.malloc(BUFFER);
        this.#output = this.#exports.malloc(BUFFER);
    }
    /** A new raw deflate stream. Several may be open at a time; one that is not ended keeps its 268 KB. */
    counter() {
        const zlib = this.#exports;
        const stream = zlib.deflate_new();
        if (stream === 0 || zlib.deflate_init_raw(stream, LEVEL) !== 0)
            throw new Error("zlib could not be set up");
        let count = 0;
        const take = () => {
            const taken = count;
            count = 0;
            return taken;
        };
        /** One call of zlib's `deflate`: what it took, what came out. */
        const step = (length, offset, flush) => {
            const result = zlib.deflate_process(stream, this.#input + offset, length, this.#output, BUFFER, flush);
            const given = result & 0xffffff;
            count += given;
            return { taken: zlib.deflate_last_consumed(stream), given, code: result >> 24 };
        };
        return {
            write: (data) => {
                for (let at = 0; at < data.length; at += BUFFER) {
                    const part = data.subarray(at, at + BUFFER);
                    new Uint8Array(zlib.memory.buffer).set(part, this.#input); // The memory may have grown: a new view each time.
                    for (let fed = 0; fed < part.length;) {
                        const { taken, given, code } = step(part.length - fed, fed, NO_FLUSH);
                        if (taken === 0 && given === 0)
                            throw new Error(`zlib is stuck with code ${code}`);
                        fed += taken;
                    }
                }
            },
            flush: () => {
                // zlib.h: as long as the output is filled up, there is more to come.
                while (step(0, 0, SYNC_FLUSH).given === BUFFER)
                    ;
                return take();
            },
            end: () => {
                for (let ended = false; !ended;) {
                    const { given, code } = step(0, 0, FINISH);
                    if (code !== STREAM_END && given === 0)
                        throw new Error(`zlib is stuck with code ${code}`);
                    ended = code === STREAM_END;
                }
                zlib.deflate_end(stream);
                return take();
            },
        };
    }
}
/** The module lies beside the bundle, or in its npm package when the sources run. */
function moduleFile() {
    return import.meta.url.endsWith(".ts")
        ? (0,external_node_module_namespaceObject.createRequire)(import.meta.url).resolve("zlib-streams/zlib-streams.wasm")
        : (0,external_node_path_namespaceObject.join)((0,external_node_path_namespaceObject.dirname)((0,external_node_url_namespaceObject.fileURLToPath)(import.meta.url)), "zlib-streams.wasm");
}

;// CONCATENATED MODULE: ./src/weigh/worker.ts



/** The entry point of a weighing thread: one task after the other, each answered once. Any error but a file's ends the thread. */
if (!external_node_worker_threads_namespaceObject.parentPort)
    throw new Error("weigh-worker is a worker thread, not a program.");
const port = external_node_worker_threads_namespaceObject.parentPort;
const zlib = new Zlib();
port.on("message", ({ root, segment }) => {
    port.postMessage(answer(root, segment));
});
function answer(root, segment) {
    try {
        return { ok: true, result: compressSegment(zlib, root, segment) };
    }
    catch (error) {
        if (error instanceof FileProblem)
            return { ok: false, path: error.path, problem: error.problem };
        throw error;
    }
}

