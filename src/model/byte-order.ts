/** Order of two strings by their UTF-8 bytes: code points, where JavaScript's `<` compares UTF-16 units. */
export function compareBytes(a: string, b: string): number {
  // Not by `Buffer`: the page compares names too, in a browser.
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

/** Where a UTF-16 unit comes in the order of UTF-8: surrogates, which stand for what is above U+FFFF, last. */
function byteRank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}
