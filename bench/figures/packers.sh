#!/bin/sh
# How much it matters by what a slug is packed: one tree, runtime included, by tar and pigz in several ways.
# usage: packers.sh [PYTHON [REQUIREMENT…]]      needs pigz, GNU tar and a CPython with pip; default: python3, a Django app
set -eu

python=${1:-python3}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- Django==5.2.8 pandas==2.3.3 psycopg2-binary==2.9.11 boto3==1.40.70
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

home=$work/app/.heroku/python
mkdir -p "$home"
"$(dirname "$0")/cpython.sh" --into "$home" "$("$python" -c 'import sys; print(sys.base_prefix)')"
"$python" -m pip install --quiet --no-warn-script-location --only-binary :all: --prefix "$home" --ignore-installed "$@"
cd "$work"

# Bytes of the archive: first tar's options, then pigz's.
packed() {
  # shellcheck disable=SC2086
  tar $1 --owner=root --group=root --hard-dereference -cf - ./app | pigz "$2" | wc -c
}

first=$(packed --sort=name -6)
row() { awk -v name="$1" -v bytes="$2" -v first="$first" 'BEGIN { printf "%-36s %+.2f %%\n", name, (bytes / first - 1) * 100 }'; }
awk -v first="$first" 'BEGIN { printf "%-36s %.1f MiB\n", "tar --sort=name, pigz -6", first / 1048576 }'
row "tar in the disk's own order, pigz -6" "$(packed --sort=none -6)"
row "tar --sort=name, pigz -9" "$(packed --sort=name -9)"
row "tar --sort=name, pigz -1" "$(packed --sort=name -1)"
