#!/bin/sh
# How far predicted bytecode is off: an app weighed with an interpreter of its Python, and without one.
# usage: predicted-bytecode.sh MINOR [REQUIREMENT…]      such as 3.12, which must be on this machine, beside another Python 3
set -eu

minor=$1
shift
[ $# -gt 0 ] || set -- Django==5.2.8 pandas==2.3.3 psycopg2-binary==2.9.11 boto3==1.40.70
slugdiff=$(cd "$(dirname "$0")/../.." && pwd)/dist/cli/index.js
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git init --quiet "$work/app"
printf '%s\n' "$@" >"$work/app/requirements.txt"
echo "$minor" >"$work/app/.python-version"
git -C "$work/app" add --all

# A PATH on which the one Python is of another minor version.
mkdir "$work/bin"
for name in node git sh rm; do ln -s "$(command -v $name)" "$work/bin"; done
for other in python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 python3; do
  path=$(command -v $other && $other -c '' 2>/dev/null) || continue
  [ "$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$minor" ] && continue
  "$path" -c 'import sys; print(sys.executable)' | xargs -I {} ln -sf {} "$work/bin/python3"
done

weigh() { node "$slugdiff" weigh worktree --repo "$work/app" --cache-dir "$work/$1" --format json 2>"$work/stderr" || cat "$work/stderr" >&2; }
weigh compiled >"$work/compiled.json"
PATH=$work/bin HOME=$work PYENV_ROOT=$work RUNNER_TOOL_CACHE='' UV_PYTHON_INSTALL_DIR=$work weigh predicted >"$work/predicted.json"

python3 - "$work/compiled.json" "$work/predicted.json" <<'END'
import json, sys
compiled, predicted = (json.load(open(name))["head"]["total"] for name in sys.argv[1:])
MIB = 1024 * 1024
off = predicted["compressed"] - compiled["compressed"]
# The runtime's band, where it is estimated, is in both.
band = predicted["error"] - compiled["error"]
print(f"{compiled['compressed'] / MIB:.1f} MiB, predicted {off / MIB:+.1f} MiB, {off / compiled['compressed']:+.1%}, band ± {band / MIB:.1f} MiB")
END
